/** What CheckS finds: pure, from what was asked. Each broken invariant is one finding, with what would repair it. */
import type { DirectoryCopy, Member } from '../copies/directoryCopy'
import { ringText } from '../copies/spread'
import { rankOfDirectory, shorterIn } from '../directories/rank'
import { inSNOf, rankIn, serverEntry } from '../entries/serverEntry'
import { pathFromRoot } from '../directories/wellKnown'
import { explain, isFailure, type Failure } from '../errors'
import { formatLabels, utf8Length, type DirectoryId, type Label, type ServerId } from '../names'
import type { CopyState, Described, Finding, ReadOutcome, Request } from '../requests'
import { labelsOfServer, MAX_SERVER_NAME, nameOfServer, shortName, type Server, type Turn } from '../server'
import { underWayAt } from '../underWay'
import { below, labelsIn, type Tree } from '../values/readValue'
import { WITHDRAWN } from '../entries/serverEntry'
import { worksOn, type Announced, type UnderWay, type Work } from '../work'
import { wrongIn } from './register'

/** What repairs a finding: a change in a directory, a request, a new name or up pointer, a cleanup; null: a person. */
export type Repair =
  | { type: 'change'; at: ServerId[]; directory: DirectoryId; procedure: 'setUpOn' | 'setInSN' | 'removeS'; labels: Label[]; tree: Tree }
  | { type: 'ask'; at: ServerId[]; request: Request }
  | { type: 'setUpOn'; up: Label[] | null }
  | { type: 'renamed' }
  | { type: 'up'; name: string }
  | { type: 'cleanup'; directory: DirectoryId }
  | { type: 'register' }

export interface Found {
  finding: Finding
  repair: Repair | null
  /** What is tried next where that fails. */
  otherwise: [how: string, repair: Repair][]
}

/** A directory on the direct path from the root to the server's entry: what it says of InSN, and how a copy of it stands. */
export interface Level {
  path: Label[]
  directory: DirectoryId
  inSN: ReadOutcome
  /** Null where it has no InSN; the root's is the least. */
  rank: number | null
  state: CopyState
}

/** As long as the door of whoever asked lets it in. */
export const clipped = (sentence: string): string => sentence.slice(0, 1000).replace(/[\uD800-\uDBFF]$/, '')

export const found = (rule: string, sentence: string, how: string, repair: Repair | null, ...otherwise: [string, Repair][]): Found => ({ finding: { rule, sentence: clipped(sentence), repair: clipped(how), repaired: false }, repair, otherwise })

/** The entry under the server's own name: that it is there, and says what the server says. */
export function entryFindings(server: Server, home: DirectoryId, label: Label, entry: ReadOutcome | Failure): Found[] {
  const name = `/${server.name}`
  if (isFailure(entry)) return [found('entry', `what stands under ${name} could not be read: ${explain(entry)}`, 'Check again when a copy of its directory can be reached', null)]
  const stands = (what: Label): Label[] => labelsIn(below(entry.tree, ['Server', what]))
  if (stands('SI')[0] !== server.id) return [found('entry', stands('SI').length === 0 ? `no server is entered under ${name}` : `${name} is the name of another server`, 'The server enters itself, under another name if this is taken', { type: 'register' })]
  const change = (tree: Tree): Repair => ({ type: 'change', at: [entry.server], directory: home, procedure: 'setUpOn', labels: [label, 'Server'], tree })
  const wrong = wrongIn(server, stands)
  const isLeftOver = below(entry.tree, ['Server', WITHDRAWN]) !== undefined && ![...server.procedures.values()].some(({ type }) => type === 'removeS')
  return [
    ...(wrong.length > 0 ? [found('entry', `the entry ${name} is wrong about ${wrong.map(([what]) => what).join(', ')}`, 'The server corrects its entry', change(wrong))] : []),
    ...(isLeftOver ? [found('S3', `a removal of ${name} was begun, and has not come to an end`, 'The withdrawal is taken back', change([[WITHDRAWN, false]]))] : []),
  ]
}

/** The name that was asked for, when it is not the server's own. */
export function otherNameFindings(server: Server, asked: string, entry: ReadOutcome | Failure, directory: DirectoryId | null): Found[] {
  const si = isFailure(entry) ? undefined : labelsIn(below(entry.tree, ['SI']))[0]
  if (isFailure(entry) || si === undefined) return [found('entry', `no server is entered under /${asked}; this one is called /${server.name}`, `Use its name /${server.name}`, null)]
  if (si !== server.id) return [found('entry', `/${asked} is the name of another server; this one is called /${server.name}`, `Use its name /${server.name}`, null)]
  return [found('entry', `/${asked} is a name that the server has no more; it is called /${server.name}`, 'The entry is taken away', directory === null ? null : { type: 'change', at: [entry.server], directory, procedure: 'setUpOn', labels: [labelsOfServer(asked).at(-1)!], tree: [['Server', false]] })]
}

/** S2, then S1, of the directories on the way, the root first: what is below needs what is above. */
export function levelFindings(server: Server, levels: readonly Level[]): Found[] {
  return levels.flatMap(({ path, directory, inSN, rank, state }, depth) => {
    const name = `/${formatLabels(path)}`
    const labels = labelsIn(inSN.tree ?? undefined)
    const above = levels[depth - 1]
    const shorter = depth === 0 || shorterIn(server, state.ring, rank ?? Number.POSITIVE_INFINITY).length > 0
    const isRight = rankIn(labels) !== null && !labels.includes(WITHDRAWN)
    const set: Repair = depth === 0 ? { type: 'change', at: [inSN.server], directory, procedure: 'setInSN', labels: ['.'], tree: [['InSN', [['0', true]]]] } : { type: 'ask', at: [inSN.server], request: { type: 'setInSN', directory, to: true } }
    return [
      ...(shorter ? [] : [withoutShorterCopy(server, name, directory, rank ?? Number.POSITIVE_INFINITY, state.ring, levels.slice(0, depth).toReversed().flatMap((level) => level.state.ring))]),
      ...(isRight && above !== undefined && rank! <= (above.rank ?? Number.NEGATIVE_INFINITY) ? [found('S1', `the rank of ${name}, below which servers are named, is not greater than that of /${formatLabels(above.path)}`, 'Move it below a directory of a smaller rank', null)] : []),
      ...(isRight ? [] : [found('S1', `${name} has no InSN, though the server /${server.name} is named ${depth === levels.length - 1 ? 'in' : 'below'} it`, `InSN of ${name} is set`, set)]),
    ]
  })
}

/** S2, of a directory stored here; `above` is how a copy of its parent stands. */
export function shorterFindings(server: Server, { directory, ring }: DirectoryCopy, rank: number, above: CopyState): Found[] {
  const root = server.root === null ? undefined : server.copies.get(server.root)
  return [withoutShorterCopy(server, `#${directory}`, directory, rank, ring, [...above.ring, ...(root?.ring ?? [])])]
}

/** A server with a shorter name takes a copy: one that stores the parent has it on its way, else one that stores what is above that. */
function withoutShorterCopy(server: Server, name: string, directory: DirectoryId, rank: number, ring: readonly Member[], above: readonly Member[]): Found {
  const [joiner] = shorterIn(server, above, rank).toSorted((a, b) => reach(server, b.server) - reach(server, a.server))
  const sentence = `no copy of ${name}, in which servers are named, is on a server with a shorter name than it has`
  if (joiner === undefined) return found('S2', sentence, 'Make a copy with newDC on a server named nearer to the root', null)
  return found('S2', sentence, `${shortName(joiner.name)} takes a copy of it`, { type: 'ask', at: [joiner.server], request: { type: 'join', directory, from: ring.map((member) => member.server) } })
}

const reach = (server: Server, other: ServerId): number => (other === server.id || server.peers.has(other) ? 1 : 0)

/** S1: the directory of its name has another name now. */
export function renamedFindings(server: Server, path: readonly Label[]): Found[] {
  const name = formatLabels(path)
  return name === server.name ? [] : [found('S1', `the directory in which /${server.name} is named is called /${formatLabels(path.slice(0, -1))} now`, `The server calls itself /${name}`, utf8Length(name) > MAX_SERVER_NAME ? null : { type: 'renamed' })]
}

/** S3: the root, or a server above and its directory; `above` by its own word. */
export function upFindings(server: Server, levels: readonly Level[], described: Described | null): Found[] {
  const { up, root, copies, name } = server
  const isStored = (directory: DirectoryId | null): boolean => directory !== null && copies.get(directory)?.state === 'active'
  if (up === null) return isStored(root) ? [] : [found('S3', `/${name} stores no copy of the root and has no up pointer`, ...newUp(server, levels))]
  const copy = copies.get(up.directory)
  if (copy?.state !== 'active') return [found('S3', `/${name} points up to /${up.name}, and stores no copy of that server's directory`, 'It takes one', { type: 'ask', at: [server.id], request: { type: 'join', directory: up.directory, from: [...(server.hints.get(up.directory) ?? []), ...server.peers.keys()].slice(0, 64) } })]
  const above = serverEntry(copy.visible, up.label)
  if (above === null || above.server === server.id) return [found('S3', `/${name} points up to /${up.name}, which is no other server's name any more`, ...newUp(server, levels))]
  if (described !== null && described.name !== up.name && labelsOfServer(described.name).at(-1) === up.label) return [found('S3', `/${name} points up to /${up.name}, which is called /${described.name} now`, 'It is called so here', { type: 'up', name: described.name })]
  const rank = levels.at(-1)?.rank ?? null
  if (rank !== null && (rankOfDirectory(server, up.directory) ?? rank) >= rank) return [found('S3', `/${name} points up to /${up.name}, which is no shorter name`, ...newUp(server, levels))]
  return above.down.includes(server.id) ? [] : [found('S3', `/${up.name} has not been told that /${name} points up to it`, 'It is told', { type: 'change', at: [server.id], directory: up.directory, procedure: 'setUpOn', labels: [up.label, 'Server', 'Down'], tree: [[server.id, true]] })]
}

/** The servers on the way to the root, the nearest first, one of which may have been removed meanwhile; else a copy of the root. */
function newUp(server: Server, levels: readonly Level[]): [string, Repair, ...[string, Repair][]] {
  const above = levels.slice(0, -1).toReversed().flatMap(({ path, state }) => state.ring.map((member) => pathFromRoot(server, member.name)).filter((each) => each.length === path.length + 1 && path.every((label, i) => label === each[i])))
  const ups = above.slice(0, MOST_UPS).map((up): [string, Repair] => [`It points up to /${formatLabels(up)}`, { type: 'setUpOn', up }])
  const copy: [string, Repair] = ['It takes a copy of the root', { type: 'ask', at: [server.id], request: { type: 'join', directory: server.root!, from: levels[0]?.state.ring.map((member) => member.server) ?? [] } }]
  const [[how, repair], ...otherwise] = [...ups, copy]
  return [how, repair, ...otherwise]
}

const MOST_UPS = 8

/** S3: servers entered as pointing up to this one which, by their own word, do not. */
export function downFindings(server: Server, home: DirectoryId, label: Label, described: readonly Described[]): Found[] {
  return described
    .filter((other) => !isSameName(other.up ?? '', server.name))
    .map((other) => found('S3', `/${server.name} believes that /${other.name} points up to it, which says it does not`, 'The entry is corrected', { type: 'change', at: [...server.peers.keys(), server.id].filter((at) => at !== server.id || server.copies.has(home)), directory: home, procedure: 'setUpOn', labels: [label, 'Server', 'Down'], tree: [[other.server, false]] }))
}

/** Of two servers one may have heard already that a new root was put above: then its names are longer by its first labels. */
const isSameName = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
/** Everything that is under way here and at whoever is connected; and who of them has not said. */
function workEverywhere({ server, now }: Pick<Turn, 'server' | 'now'>, answers: readonly (readonly [string, object | Failure])[]): { work: Work[]; silent: string[] } {
  const told = answers.filter(([question]) => question.startsWith('work '))
  return {
    work: [underWayAt(server, now), ...told.flatMap(([, outcome]) => (isFailure(outcome) ? [] : [outcome as UnderWay]))].flatMap((each) => each.work),
    silent: told.filter(([, outcome]) => isFailure(outcome)).map(([question]) => nameOfServer(server, question.slice('work '.length) as ServerId)),
  }
}

/** S1: what the parent's reference says of InSN, which is announced there; what is being changed is right in the end. */
export function inSNFindings(turn: Turn, { directory, visible }: DirectoryCopy, name: string, { tree }: ReadOutcome, answers: readonly (readonly [string, object | Failure])[]): Found[] {
  const has = inSNOf(visible) !== null
  if (tree === null || has === (below(tree, ['InSN']) !== undefined)) return []
  const { work, silent } = workEverywhere(turn, answers)
  if (silent.length > 0 || work.some((each) => each.kind === 'setInSN' && each.directory === directory)) return []
  const sentence = has ? `the reference ${name} of #${directory} does not say that servers may be named in it` : `the reference ${name} of #${directory} says that servers may be named in it, which they may not`
  return [found('S1', sentence, 'The reference is corrected', { type: 'ask', at: [turn.server.id], request: { type: 'setInSN', directory, to: has } })]
}

/**
 * W5: a removal was announced, and whoever began it is gone: by the word of everybody who is connected. `answers`: what they
 * were asked; `isRemoved`: whether the server says that it has given its name up, so that only its entry is left.
 */
export function announcedFindings({ server, now }: Turn, announced: Announced, answers: readonly (readonly [string, object | Failure])[], isRemoved: (si: ServerId) => boolean): Found[] {
  const { directory, label, name, server: si } = announced
  const { work, silent } = workEverywhere({ server, now }, answers)
  if (work.some((each) => worksOn(each, announced))) return []
  const what = si === null ? `that ${name} loses InSN` : `the removal of the server ${name}`
  if (silent.length > 0) return [found('W5', `${what} was announced, and ${silent.join(', ')} did not say whether it is under way there`, 'Check again when all answer', null)]
  const change = (procedure: 'setInSN' | 'removeS', labels: Label[], tree: Tree): Repair => ({ type: 'change', at: [server.id], directory, procedure, labels, tree })
  if (si !== null && isRemoved(si)) return [found('W5', `the server ${name} has given up its name, and its entry is still there`, 'The entry is taken away', change('removeS', [label], [['Server', false]]))]
  const takenBack = si === null ? change('setInSN', ['.'], [['InSN', [[WITHDRAWN, false]]]]) : change('removeS', [label, 'Server'], [[WITHDRAWN, false]])
  return [found('W5', `${what} was announced, and nobody in reach works on it`, 'The announcement is taken back', takenBack)]
}

/** R9: what the parent's reference says of who stores a directory that is stored here. */
export function referenceFindings(copy: DirectoryCopy, name: string, reference: ReadOutcome): Found[] {
  const listed = JSON.stringify(labelsIn(below(reference.tree, ['Servers'])).toSorted())
  if (listed === ringText(copy)) return []
  return [found('R9', `the reference ${name} of #${copy.directory} lists other servers than store it`, 'The reference is corrected', { type: 'cleanup', directory: copy.directory })]
}
