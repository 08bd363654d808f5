/**
 * Copying servers, and knowing them again: equal parts of all servers that were ever met are kept once, so that a state
 * costs what is new in it.
 */
import { share, type ValueNode, type ValueTree } from '../core/values/valueTree'
import type { UpdateSet } from '../core/values/intent'
import { Mixer } from './exhaustHash'

export type Part = object | string | number | boolean | null | undefined

const isTree = (part: object): part is ValueTree => 'edition' in part && 'root' in part
const isSet = (part: object): part is UpdateSet => 'intent' in part && 'signature' in part

/** A copy that no step on it can be seen through. Update sets are never changed, so they are shared; trees share until written. */
export function clone<T extends Part>(part: T): T {
  if (typeof part !== 'object' || part === null || isSet(part)) return part
  if (Array.isArray(part)) return part.map(clone) as unknown as T
  if (part instanceof Map) return new Map([...(part as Map<Part, Part>)].map(([key, value]) => [key, clone(value)])) as unknown as T
  if (part instanceof Set) return new Set(part) as unknown as T
  if (isTree(part)) return { ...share(part), tally: part.tally && new Map(part.tally) } as unknown as T
  const copied: Record<string, Part> = {}
  for (const [key, value] of Object.entries(part) as [string, Part][]) copied[key] = clone(value)
  return copied as T
}

/**
 * Fields that no decision within an exploration hangs on: counts and findings for people, hints of whom to ask (joins are
 * told whom), and when to sweep by itself (whoever may sweep is told to). A field that is new is compared.
 */
const leftOut: ReadonlySet<string> = new Set(['fresh', 'hints', 'sweepWatch', 'referenced', 'refusals', 'registered', 'clockWarned', 'nextSignId', 'heap', 'openSince'])

/**
 * Parts by their hash. Maps and sets are equal when their entries are: in which order they grew decides nothing but the
 * order of what is sent at once.
 */
export class Parts {
  /** Hash of what was kept last. */
  high = 0
  low = 0
  private readonly kept = new Map<number, object>()
  private readonly words = new Map<string, number>()
  private readonly mixer = new Mixer()

  /** The one part equal to this, whose parts are replaced so too. Afterwards nobody may change it. */
  keep<T extends Part>(part: T): T {
    if (typeof part !== 'object' || part === null) {
      this.take(this.mixer.begin().number(this.wordOf(typeof part === 'string' ? part : `${typeof part} ${String(part)}`)).end())
      return part
    }
    if (isTree(part)) this.tree(part)
    else if (part instanceof Map) this.map(part as Map<string | number, Part>)
    else if (part instanceof Set) this.set(part)
    else this.record(part as Record<string, Part>)
    const key = (this.high >>> 0) * 2 ** 21 + (this.low >>> 11)
    const known = this.kept.get(key)
    if (known !== undefined) return known as T
    this.kept.set(key, part)
    return part
  }

  /** Texts by number, in the order in which they were met: what is hashed in their place. */
  private wordOf(text: string): number {
    const word = this.words.get(text) ?? this.words.size
    if (word === this.words.size) this.words.set(text, word)
    return word
  }

  private take({ high, low }: Mixer): void {
    this.high = high
    this.low = low
  }

  private record(part: Record<string, Part>): void {
    let [high, low] = [Array.isArray(part) ? 1 : 2, 3]
    for (const key of Object.keys(part)) {
      if (leftOut.has(key)) continue
      part[key] = this.keep(part[key])
      const { mixer } = this
      mixer.high = high ^ this.high
      mixer.low = low ^ this.low
      this.take(mixer.number(this.wordOf(key)).end())
      high = this.high
      low = this.low
    }
    this.high = high
    this.low = low
  }

  private map(part: Map<string | number, Part>): void {
    let [high, low] = [4, part.size]
    for (const [key, value] of part) {
      part.set(key, this.keep(value))
      this.mixer.high = this.high
      this.mixer.low = this.low
      this.take(this.mixer.number(this.wordOf(String(key))).end())
      high = (high + this.high) | 0
      low = (low + this.low) | 0
    }
    this.high = high
    this.low = low
  }

  private set(part: ReadonlySet<unknown>): void {
    let [high, low] = [5, part.size]
    for (const member of part) {
      this.take(this.mixer.begin().number(this.wordOf(String(member))).end())
      high = (high + this.high) | 0
      low = (low + this.low) | 0
    }
    this.high = high
    this.low = low
  }

  /** A tree by its nodes alone: what it counts follows from them. */
  private tree({ root, tally }: ValueTree): void {
    this.mixer.begin().number(tally === null ? 6 : 7)
    const walk = (node: ValueNode): void => {
      this.mixer.number(this.wordOf(node.ts)).number(this.wordOf(node.mark)).number(node.children?.size ?? 0)
      if (node.children === null) return
      for (const label of [...node.children.keys()].toSorted()) {
        this.mixer.number(this.wordOf(label))
        walk(node.children.get(label)!)
      }
    }
    walk(root)
    this.take(this.mixer.end())
  }
}
