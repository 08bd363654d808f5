/**
 * Looking up a name (SPEC §11, D2): iterative, from any server, with a trail that can be shown. Links are followed during
 * lookup, at most 16 that people wrote; and as many as there are of those that moves left [M4].
 */
import { answer, type Caller } from '../caller'
import { ask, askAnywhere, ofOneCopy } from '../errands'
import { explain, failure, isFailure, type Failure } from '../errors'
import { freshId } from '../fresh'
import { labelByteFault, shown, formatName, formatPath, isServerId, parseStored, type DirectoryId, type FullName, type Label, type ServerId } from '../names'
import { MAX_WAY, type BeforeStep, type ReadOutcome, type Request, type TrailStep, type Walked } from '../requests'
import { hint, nameOfServer, shortName, type Turn } from '../server'
import { goneHere } from './gone'
import { leastOf } from './nameCache'
import { wayHere } from './ownNames'
import { candidatesFor, childStoredHere, linkTarget, upServer } from './reference'

const MAX_LINKS = 16
/** Servers asked one after the other, each leading on to the next; every link is one more. */
const MAX_HOPS = 256
/** ms that a lookup takes at most, with all that is looked up on its way. */
const LONGEST = 60_000
/** Servers that are believed to store a directory, of those that one answer names. */
const MOST_SERVERS = 16

/** A request at the directory that a name leads to; `path` fields are filled in from the entity found. */
export type AtRequest = Extract<Request, { type: 'read' | 'test' | 'access' | 'draft' | 'state' }>

export interface Lookup {
  id: string
  caller: Caller
  /** The name as asked, for sentences. */
  asked: string
  trail: TrailStep[]
  /** What came since its last step. */
  before: BeforeStep[]
  /** Links that people wrote, as far as it followed them. */
  links: string[]
  /** Where the link leads that stands where an entry was asked for; null when none does. */
  insteadOfEntry: string | null
  /** Servers asked so far, for this and for all that was looked up on its way. */
  hops: number
  /** When it is given up, ms since 1970. */
  deadline: number
  /** Who was asked for where it is now, and did not help. */
  vain: ServerId[]
  /** Directories for which servers are being looked up, of which this lookup is a part: it needs none of them [S2]. */
  within: readonly DirectoryId[]
  directory: DirectoryId
  /** What is to be done there; null for a plain lookup. */
  request: AtRequest | null
  /** Names of servers said to store the directory that nobody on the way could resolve, the shortest first. */
  names: string[]
  /** Where the way goes on when one of them is found. */
  walk: Extract<Request, { type: 'walk' }> | null
}

/** The lookup of a server's name, on the way of another lookup: what it adds to that one when it has ended. */
export interface Seeking {
  type: 'sought'
  /** Of the lookup that it is part of. */
  id: string
  /** The server's name. */
  name: string
  /** The last label of that. */
  label: Label
  /** The directory that it has come to. */
  directory: DirectoryId
  steps: TrailStep[]
  hops: number
}

/** A request on its way to where a name has led; the way may be cached until then. */
export interface Arrived {
  type: 'arrived'
  caller: Caller
  wayUntil: number | null
}

/** What a lookup answers: the directory, its servers, the way, what came after its last step until a copy of the directory answered, and until when it may be cached (null: not at all). */
export interface Found {
  directory: DirectoryId
  /** The label in that directory if the name is one of an entry. */
  entity: Label | null
  servers: ServerId[]
  trail: TrailStep[]
  after: BeforeStep[]
  validUntil: number | null
}

/** What is told to this server's client of a lookup that failed: also how far it came. */
export interface NotReached extends Failure {
  trail: TrailStep[]
  after: BeforeStep[]
}

export function beginLookup(turn: Turn, name: FullName, entity: Label | null, request: AtRequest | null, caller: Caller, outer: Pick<Lookup, 'hops' | 'deadline' | 'within' | 'directory'> | null = null): void {
  const { server } = turn
  if (name.from === '.' || name.from === '/') {
    answer(turn, caller, failure('BadName', { name: formatName(name), reason: 'it does not begin at a directory' }))
    return
  }
  // Names come from people, but also from references and from other servers' requests.
  const wrong = [...name.labels, ...(entity === null ? [] : [entity])].find((label) => labelByteFault(label) !== null)
  if (wrong !== undefined) return answer(turn, caller, failure('BadName', { name: shown(wrong), reason: labelByteFault(wrong)! }))
  const lookup: Lookup = { id: freshId(server.fresh, 16), caller, asked: formatName(name), trail: [], before: [], links: [], insteadOfEntry: null, hops: outer?.hops ?? 0, deadline: outer?.deadline ?? turn.now + LONGEST, vain: [], within: outer === null ? [] : [...outer.within, outer.directory], directory: name.from, request, names: [], walk: null }
  server.lookups.set(lookup.id, lookup)
  goOn(turn, lookup, { type: 'walk', directory: name.from, begins: true, up: name.up, labels: name.labels, entity }, [])
}

function goOn(turn: Turn, lookup: Lookup, request: Extract<Request, { type: 'walk' }>, servers: readonly ServerId[]): void {
  if (request !== lookup.walk) lookup.vain = []
  lookup.directory = request.directory
  lookup.walk = request
  if (turn.now > lookup.deadline) return end(turn, lookup, failure('NoCopyReachable', { name: lookup.asked, tried: `after ${LONGEST / 1000} s it has not come further than #${request.directory.slice(0, 6)}…` }))
  if (++lookup.hops > MAX_HOPS) return end(turn, lookup, failure('NotFound', { name: lookup.asked, reason: 'the servers asked for it send from one to the other without end' }))
  if (request.labels.length > MAX_WAY) return end(turn, lookup, failure('BadName', { name: lookup.asked, reason: `with its links followed it has more than ${MAX_WAY} labels` }))
  const [label] = request.labels
  const isKnownHere = request.up === 0 && label !== undefined && (childStoredHere(turn.server, request.directory, label) !== undefined || wayHere(turn.server, request.directory, request.labels).length > 0)
  const own = isKnownHere || goneHere(turn.server, request.directory) !== null ? [turn.server.id] : []
  const known = [...own, ...servers, ...candidatesFor(turn.server, request.directory)]
  // A directory that nobody has told of may be well-known to the root [O1], or whoever is connected may know it.
  const { root, peers } = turn.server
  const candidates = [...known, ...(root !== null && lookup.trail.every(({ found }) => found === 'up') ? candidatesFor(turn.server, root) : []), ...(known.length > 0 ? [] : peers.keys())]
  askAnywhere(turn, candidates, request, { type: 'lookup', id: lookup.id }, lookup.vain)
}

export function onWalked(turn: Turn, id: string, outcome: object | Failure): void {
  const lookup = turn.server.lookups.get(id)
  if (lookup === undefined) return
  if (isFailure(outcome)) return (outcome.code === 'NoCopyReachable' || ofOneCopy.has(outcome.code)) && seek(turn, lookup) ? undefined : end(turn, lookup, inWords(turn, lookup, outcome))
  const { steps, directory, servers: told, names, up, rest, outcome: how, failure: failed, link, entity } = outcome as Walked
  const servers = told.slice(0, MOST_SERVERS)
  const [first, ...others] = steps
  if (first !== undefined && isAbove(turn, first)) lookup.before.push(`up to ${nameOfServer(turn.server, first.server)}`)
  if (first !== undefined) lookup.trail.push(lookup.before.length === 0 ? first : { ...first, before: lookup.before.splice(0) }, ...others)
  else if (how === 'on' && directory === lookup.directory && servers[0] !== undefined) lookup.before.push(`up to ${nameOfServer(turn.server, servers[0])}`)
  if (failed !== null) return end(turn, lookup, inWords(turn, lookup, failed))
  for (const si of servers) hint(turn.server, directory, si)
  // S2: a copy of it is on a server whose name is shorter; so looking that up never needs this directory, and ends.
  lookup.names = lookup.within.includes(directory) ? [] : names.toSorted((a, b) => labelsIn(a) - labelsIn(b))
  if (how === 'link') lookup.links.push(link ?? '')
  if (how === 'link' || how === 'moved') return follow(turn, lookup, directory, link ?? '', rest, entity)
  const last = steps.at(-1)
  const begins = last === undefined ? directory !== lookup.directory || lookup.walk!.begins : last.to !== directory || last.found === 'up'
  if (how === 'on') return goOn(turn, lookup, { type: 'walk', directory, begins, up, labels: rest, entity }, servers)
  lookup.directory = directory
  found(turn, lookup, entity, servers)
}

/** S3: a server that stores no root was asked where its up pointer leads. */
const isAbove = ({ server }: Turn, step: TrailStep): boolean => step.directory === server.root && server.copies.get(server.root)?.state !== 'active' && step.server === upServer(server)

const labelsIn = (name: string): number => name.split('/').length

/** Looks up the next name of a server that may have a copy of the directory that the way has come to; false when there is none. */
function seek(turn: Turn, lookup: Lookup): boolean {
  const text = lookup.names.shift()
  if (text === undefined) return false
  const name = parseStored(text)
  const label = isFailure(name) ? undefined : name.labels.at(-1)
  if (isFailure(name) || name.from === '.' || name.from === '/' || label === undefined) return seek(turn, lookup)
  const request: AtRequest = { type: 'read', directory: name.from, path: [label, 'Server', 'SI'], form: 'labels', after: null }
  beginLookup(turn, { ...name, labels: name.labels.slice(0, -1) }, label, request, { type: 'onward', onward: { type: 'sought', id: lookup.id, name: text, label, directory: name.from, steps: [], hops: 0 } }, lookup)
  return true
}

/** Who waits for a lookup; of one that is part of another, with its way. */
function callerOf({ caller, directory, trail, hops }: Lookup): Caller {
  return caller.type === 'onward' && caller.onward.type === 'sought' ? { ...caller, onward: { ...caller.onward, directory, steps: trail, hops } } : caller
}

/** The identifier behind a server's name was read, or not: the lookup goes on there, or with the next name. */
export function onSought(turn: Turn, { id, name, label, directory, steps, hops }: Seeking, outcome: object | Failure): void {
  const lookup = turn.server.lookups.get(id)
  if (lookup === undefined || lookup.walk === null) return
  const [si] = isFailure(outcome) ? [] : ((outcome as ReadOutcome).labels ?? [])
  const isFound = si !== undefined && isServerId(si)
  lookup.hops = hops
  lookup.before.push({ server: nameFromHere(turn, name), steps: isFound ? [...steps, entryStep(directory, label, si, outcome as ReadOutcome)] : steps, failed: isFound ? null : isFailure(outcome) ? explain(outcome) : 'no server has this name' })
  if (isFound) {
    hint(turn.server, lookup.directory, si)
    return goOn(turn, lookup, lookup.walk, [si])
  }
  if (!seek(turn, lookup)) end(turn, lookup, failure('NoCopyReachable', { name: lookup.asked, tried: `the server ${name} could not be found` }))
}

/** A server's name as people see it: of another service it begins with the root of that. */
const nameFromHere = ({ server }: Turn, name: string): string => (name.startsWith(`#${server.root}/`) ? shortName(name) : name)

/** Where the way to a server's name ends: at its entry, which says its SI. The answer is as valid as the whole way. */
function entryStep(directory: DirectoryId, label: Label, si: ServerId, { server, asOf, validUntil }: ReadOutcome): TrailStep {
  return { directory, label, found: 'entry', to: si, server, asOf, validUntil, cached: false, ownName: false }
}

function follow(turn: Turn, lookup: Lookup, holder: DirectoryId, link: string, rest: Label[], entity: Label | null): void {
  const target = linkTarget(turn.server, holder, link)
  if (target === null) return end(turn, lookup, failure('NotFound', { name: lookup.asked, reason: `the link to ${link} leads nowhere` }))
  if (lookup.links.length > MAX_LINKS) return end(turn, lookup, failure('LinkLoop', { name: lookup.asked, trail: lookup.links.slice(-4).join(' → ') }))
  if (lookup.walk!.entity !== null && entity === null) lookup.insteadOfEntry = formatName(target)
  const from = target.from as DirectoryId
  goOn(turn, lookup, { type: 'walk', directory: from, begins: true, up: target.up, labels: [...target.labels, ...rest], entity }, from === holder ? candidatesFor(turn.server, holder) : [])
}

function found(turn: Turn, lookup: Lookup, entity: Label | null, servers: ServerId[]): void {
  const { directory, request, trail } = lookup
  if (request === null) return end(turn, lookup, { directory, entity, servers: servers.length > 0 ? servers : candidatesFor(turn.server, directory), trail, after: lookup.before, validUntil: leastOf(trail) })
  const isLedOn = entity === null && lookup.insteadOfEntry !== null
  if (isLedOn && request.type === 'draft') return end(turn, lookup, failure('NotAnEntry', { name: `${lookup.asked}:${formatPath(request.change.under.labels)}`, to: lookup.insteadOfEntry! }))
  turn.server.lookups.delete(lookup.id)
  ask(turn, [...servers, ...candidatesFor(turn.server, directory)], aimed(request, directory, entity, isLedOn), { type: 'arrived', caller: callerOf(lookup), wayUntil: trail.length === 0 ? NEVER : leastOf(trail) })
}

/** A name that is a DI leads to its directory for ever. */
const NEVER = Number.MAX_SAFE_INTEGER

/** What was to be done where a name led has been done: a value read is no longer valid than the way to it. */
export function onArrived(turn: Turn, { caller, wayUntil }: Arrived, outcome: object | Failure): void {
  if (isFailure(outcome) || !('validUntil' in outcome)) return answer(turn, caller, outcome)
  answer(turn, caller, { ...outcome, validUntil: leastOf([outcome as Pick<ReadOutcome, 'validUntil'>, { validUntil: wayUntil }]) })
}

/** The request, aimed at what the name led to: a link on an entry may have led to another entry elsewhere, or `on` into a directory, where the rest of the path begins. */
function aimed(request: AtRequest, directory: DirectoryId, entity: Label | null, isLedOn: boolean): Request {
  const path = (labels: Label[]): Label[] => (entity === null ? labels.slice(isLedOn ? 1 : 0) : [entity, ...labels.slice(1)])
  switch (request.type) {
    case 'read':
    case 'test':
    case 'access':
      return { ...request, directory, path: path(request.path) }
    case 'draft':
      return { ...request, directory, change: { ...request.change, under: { ...request.change.under, labels: path(request.change.under.labels) } } }
    case 'state':
      return { ...request, directory }
  }
}

function end(turn: Turn, lookup: Lookup, outcome: Found | Failure): void {
  turn.server.lookups.delete(lookup.id)
  const { caller, trail, before } = lookup
  answer(turn, callerOf(lookup), isFailure(outcome) && caller.type === 'client' ? ({ ...outcome, trail, after: before } satisfies NotReached) : outcome)
}

/** A failure on the way, said of the name that was asked for. */
function inWords({ server }: Turn, { asked, directory }: Lookup, failed: Failure): Failure {
  // Neither well-known to the root nor told of by anybody.
  if (failed.code === 'NoCopyHere' && candidatesFor(server, directory).length === 0) return failure('NoCopyReachable', { name: asked, tried: 'no server with one is known' })
  if (failed.code === 'NotFound') return failure('NotFound', { name: asked, reason: failed.about.reason ?? '' })
  if (failed.code === 'NoCopyReachable') return failure('NoCopyReachable', { ...failed.about, name: asked === `#${directory}` ? asked : `#${directory.slice(0, 6)}…, on the way to ${asked}` })
  return failed
}
