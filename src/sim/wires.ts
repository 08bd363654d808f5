/**
 * Every message travels as text, and is parsed where it arrives. What is told to several, or again, is one text: it is parsed
 * once, and frozen, so that no server can change what another was told.
 */
import { decode, type Message } from '../core/messages'

export interface Wire {
  message: Message
  /** Whether its signatures are. */
  isTrue: boolean
}

/** UTF-16 units of texts that are remembered: of the last hours of a usual world. */
const MOST = 8 << 20

export class Wires {
  private readonly known = new Map<string, Wire>()
  private remembered = 0
  private readonly isTrue: (message: Message) => boolean

  constructor(isTrue: (message: Message) => boolean) {
    this.isTrue = isTrue
  }

  /** What a text says; throws when it is none that a core may see. */
  read(text: string): Wire {
    const known = this.known.get(text)
    if (known !== undefined) return known
    const wire = this.parse(text)
    freeze(wire.message)
    this.remembered += text.length
    if (this.remembered > MOST) {
      this.known.clear()
      this.remembered = text.length
    }
    this.known.set(text, wire)
    return wire
  }

  /** The same, for one receiver alone, to whom a canary may do something. */
  parse(text: string): Wire {
    const message = decode(text)
    if ('refused' in message) throw new Error(`refused ${text.slice(0, 200)}: ${message.refused}`)
    return { message, isTrue: this.isTrue(message) }
  }
}

function freeze(value: object): void {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) freeze(each as object)
  Object.freeze(value)
}
