/** What a canary is: a protocol bug put in from outside the core, and the rules whose checkers must catch it. */
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { Save } from '../../core/effects'
import type { Message } from '../../core/messages'
import type { Aim } from '../seed'
import type { SimServer } from '../simServer'
import type { Canary } from '../world'

export interface NamedCanary {
  /** What is broken, in words. */
  name: string
  /** Rules whose checkers may catch it. */
  rules: readonly string[]
  make: () => Canary
  /** Weather and workload aimed at it, where the usual takes too many seeds. */
  aim?: Aim
  /** The first seed that notices it, as last looked through: the short test begins a little before. */
  from?: number
  /** Noticed in so few worlds that only `npm run canaries` waits for it. */
  rare?: true
}

/** Changes every message of one type on its way. */
export const onWire = <T extends Message['type']>(type: T, change: (message: Extract<Message, { type: T }>, from: SimServer, to: SimServer) => Message): Canary => ({
  message: (message, from, to) => (message.type === type ? change(message as Extract<Message, { type: T }>, from, to) : message),
})

/** Does something at a server before it takes a message of one type. */
export const beforeMessage = <T extends Message['type']>(type: T, act: (server: SimServer, message: Extract<Message, { type: T }>) => void): Canary => ({
  before: (server, input) => {
    if (input.type === 'message' && input.message.type === type) act(server, input.message as Extract<Message, { type: T }>)
  },
})

/** Does something to every copy of a server after each of its steps. */
export const afterEachStep = (act: (copy: DirectoryCopy, server: SimServer) => void): Canary => ({
  stepped: (server) => {
    for (const copy of copiesOf(server)) act(copy, server)
  },
})

/** Changes what a step asks to be saved. */
export const onSave = (change: (save: Save) => Save | null): Canary => ({
  stepped: (_server, _input, effects) => {
    effects.save = effects.save.map(change).filter((save) => save !== null)
  },
})

export const copiesOf = (server: SimServer): DirectoryCopy[] => [...server.server.copies.values()]

/** What a copy that lacks something, or has too much, is accused of. */
export const incomplete = ['DC1', 'F1', 'D1', 'convergence', 'noLostUpdate'] as const
