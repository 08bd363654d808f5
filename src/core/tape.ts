/**
 * A tape: what a server was, then every input with the clock it saw. The core is a function of these and nothing else, so
 * that stretch of a server's life can be run again exactly, anywhere.
 */
import type { DirectoryCopy } from './copies/directoryCopy'
import type { Server } from './server'
import type { Input } from './step'
import { share, type ValueNode, type ValueTree } from './values/valueTree'

/** A server at one moment: its copies share their trees with the living ones, all else is a text already. */
export interface Still {
  copies: DirectoryCopy[]
  rest: string
}

export interface TapedInput {
  /** What the machine's clock said, ms since 1970. */
  at: number
  input: Input
}

/** Costs little, however much the copies hold: nodes that change later are copied then. */
export function takeStill(server: Server): Still {
  const { copies, ...rest } = server
  return { copies: [...copies.values()].map(frozen), rest: JSON.stringify(toPlain(rest)) }
}

/** As it is now: a living copy replaces its fields, but its lists, tables and trees change in place. */
const frozen = (copy: DirectoryCopy): DirectoryCopy => ({
  ...copy,
  base: frozenTree(copy.base),
  visible: frozenTree(copy.visible),
  proofs: new Map(copy.proofs),
  log: [...copy.log],
  waiting: new Map(copy.waiting),
  awaited: new Map([...copy.awaited].map(([ts, waiting]) => [ts, [...waiting]])),
  unauthorised: new Set(copy.unauthorised),
  intents: new Map(copy.intents),
})

const frozenTree = (tree: ValueTree): ValueTree => ({ ...share(tree), tally: tree.tally && new Map(tree.tally) })

export const encodeStill = ({ copies, rest }: Still): string => `{"copies":${JSON.stringify(copies.map(toPlain))},"rest":${rest}}`

/** The server of an encoded still. Throws where the text is none. */
export function decodeStill(text: string): Server {
  const { copies, rest } = JSON.parse(text) as { copies: unknown[]; rest: unknown }
  const restored = copies.map((copy) => fromPlain(copy) as DirectoryCopy)
  return { ...(fromPlain(rest) as Omit<Server, 'copies'>), copies: new Map(restored.map((copy) => [copy.directory, copy])) }
}

/** Plain data with maps and sets as JSON, in which each object says what it is. The order of maps is kept: it shows in what a server does. */
function toPlain(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, each]) => [toPlain(key), toPlain(each)]) }
  if (value instanceof Set) return { set: [...value].map(toPlain) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (isNode(value)) return { node: [value.ts, value.mark, toPlain(value.children)] }
  if (typeof value === 'object' && value !== null) return { object: Object.entries(value).map(([key, each]) => [key, toPlain(each)]) }
  // JSON has no infinity: a limit that is none.
  return value === Number.POSITIVE_INFINITY ? { infinity: true } : value
}

const isNode = (value: unknown): value is ValueNode => typeof value === 'object' && value !== null && 'edition' in value && 'mark' in value

function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value !== 'object' || value === null) return value
  const { map, set, node, object } = value as { map?: [unknown, unknown][]; set?: unknown[]; node?: [ValueNode['ts'], ValueNode['mark'], unknown]; object?: [string, unknown][] }
  if (map !== undefined) return new Map(map.map(([key, each]) => [fromPlain(key), fromPlain(each)]))
  if (set !== undefined) return new Set(set.map(fromPlain))
  // Of no living tree's edition: whichever tree changes it copies it first.
  if (node !== undefined) return { ts: node[0], mark: node[1], children: fromPlain(node[2]), edition: { edition: true } }
  if (object !== undefined) return Object.fromEntries(object.map(([key, each]) => [key, fromPlain(each)]))
  return Number.POSITIVE_INFINITY
}
