/**
 * CheckS: "verify server invariants". The server asks whatever its place rests on, finds what is wrong (findings.ts), and
 * repairs what it can, one after the other, the root's side first.
 */
import { answer, type Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { beginCleanup } from '../directories/cleanup'
import type { Found as FoundDirectory } from '../directories/lookup'
import { effectiveParent } from '../entries/parents'
import { candidatesFor, upServer, whomToAsk } from '../directories/reference'
import { hasShorter } from '../directories/rank'
import { inSNOf, rankIn } from '../entries/serverEntry'
import { explain, failure, isFailure, type Failure } from '../errors'
import { formatLabels, isServerId, MAX_PATH_LABELS, type DirectoryId, type Label } from '../names'
import type { CopyState, Described, Outcomes, ReadOutcome, Request } from '../requests'
import { changeServer, homeOf, labelsOfServer, type Turn } from '../server'
import { announcedHere } from '../underWay'
import { below, labelsIn } from '../values/readValue'
import type { Announced } from '../work'
import { announcedFindings, clipped, downFindings, entryFindings, found, inSNFindings, levelFindings, otherNameFindings, referenceFindings, renamedFindings, shorterFindings, upFindings, type Found, type Level } from './findings'
import { begin, change, finish, goOnAt, lookUp, read, request, type Begun } from '../procedure'
import { register } from './register'
import { beginSetUpOn } from './setUpOn'

export interface Check extends Begun {
  type: 'checkS'
  /** The name that was asked for, from the root. */
  asked: string | null
  repair: boolean
  home: DirectoryId
  /** The server's name, by the direct name that its directory has now. */
  path: Label[]
  /** Questions that are not answered yet, and the answers by question. */
  open: number
  answers: Map<string, object | Failure>
  /** Null until everything is answered. */
  found: Found[] | null
  /** The finding whose repair is under way. */
  at: number
}

/** A question by its name: first where the directories on the way are, then how all stands; then repairs. */
export type CheckStep = 'climbed' | `? ${string}` | 'repaired'

export function beginCheckS(turn: Turn, asked: string | null, repair: boolean, caller: Caller): void {
  const { server } = turn
  const home = homeOf(server)
  if (server.removed) return answer(turn, caller, failure('ServerRemoved', { server: server.name }))
  if (home === null) return answer(turn, caller, failure('NoRoot', { reason: 'no server that knows one has been met in this room' }))
  const path = labelsOfServer(server.name).slice(-1)
  const other = asked === server.name ? null : asked
  const check = begin<Check>(turn, caller, { type: 'checkS', asked: other, repair, home, path, open: 0, answers: new Map(), found: null, at: 0 }, (running) => running.type === 'checkS' && running.repair === repair && running.asked === other)
  if (check === null) return
  if (home === server.root) askWhere(turn, check)
  else request(turn, check, 'climbed', whomToAsk(server, home), { type: 'parent', directory: home })
}

/** What the directory of its name is called, from the root: by its back-references, one after the other. */
function onClimbed(turn: Turn, check: Check, outcome: object | Failure): void {
  const { server } = turn
  const { parent, label } = isFailure(outcome) ? { parent: null, label: null } : (outcome as Outcomes['parent'])
  if (parent === null || label === null || check.path.length > MAX_PATH_LABELS) {
    // Not to be found now: the name that it had says where to look.
    check.path = labelsOfServer(server.name)
    return askWhere(turn, check)
  }
  check.path = [label, ...check.path]
  if (parent === server.root) askWhere(turn, check)
  else request(turn, check, 'climbed', whomToAsk(server, parent), { type: 'parent', directory: parent })
}

function askWhere(turn: Turn, check: Check): void {
  const { server } = turn
  const { home, path, asked: other } = check
  question(check, 'entry', (step) => read(turn, check, step, candidatesFor(server, home), home, [path.at(-1)!]))
  for (let depth = 1; depth < path.length; depth++) question(check, `directory ${depth}`, (step) => lookUp(turn, check, step, path.slice(0, depth), null, null))
  if (other === null) return
  const [label, directory] = [labelsOfServer(other).at(-1)!, labelsOfServer(other).slice(0, -1)]
  question(check, 'otherHome', (step) => lookUp(turn, check, step, directory, null, null))
  question(check, 'other', (step) => lookUp(turn, check, step, directory, label, { type: 'read', directory: home, path: [label, 'Server'], form: 'tree', after: null }))
}

function question(check: Check, name: string, ask: (step: CheckStep) => void): void {
  check.open++
  ask(`? ${name}`)
}

export function onCheck(turn: Turn, check: Check, step: CheckStep, outcome: object | Failure): void {
  if (step === 'repaired') return onRepaired(turn, check, outcome)
  if (step === 'climbed') return onClimbed(turn, check, outcome)
  check.answers.set(step.slice(2), outcome)
  if (--check.open > 0) return
  if (!check.answers.has('state 0')) return askHowAllStands(turn, check)
  check.found = findings(turn, check)
  repairNext(turn, check)
}

const answered = ({ answers }: Check, question: string): object | null => {
  const outcome = answers.get(question)
  return outcome === undefined || isFailure(outcome) ? null : outcome
}

/** The DI of the directory at a depth of the path; the root's is known, and that of the home. */
function directoryAt({ server }: Turn, check: Check, depth: number): DirectoryId | null {
  if (depth === 0) return server.root
  return (answered(check, `directory ${depth}`) as FoundDirectory | null)?.directory ?? null
}

function askHowAllStands(turn: Turn, check: Check): void {
  const { server } = turn
  for (let depth = 0; depth < check.path.length; depth++) {
    const directory = directoryAt(turn, check, depth)
    if (directory === null) continue
    const at = [...((answered(check, `directory ${depth}`) as FoundDirectory | null)?.servers ?? []), ...candidatesFor(server, directory)]
    question(check, `inSN ${depth}`, (step) => read(turn, check, step, at, directory, ['.', 'InSN']))
    question(check, `state ${depth}`, (step) => request(turn, check, step, at, { type: 'state', directory }))
  }
  askWhoWorks(turn, check, announcedByOthers(turn, check))
  const above = upServer(server)
  if (above !== undefined) question(check, 'up', (step) => request(turn, check, step, [above], { type: 'describe', directory: check.home }))
  for (const si of labelsIn(below((answered(check, 'entry') as ReadOutcome | null)?.tree ?? null, ['Server', 'Down'])).filter(isServerId).slice(0, 64)) {
    question(check, `down ${si}`, (step) => request(turn, check, step, [si], { type: 'describe', directory: check.home }))
  }
  for (const copy of server.copies.values()) {
    const parent = copy.state === 'active' ? effectiveParent(copy) : undefined
    if (parent !== undefined && lackingShorter(turn, copy) !== null) question(check, `above ${copy.directory}`, (step) => request(turn, check, step, candidatesFor(server, parent.parent), { type: 'state', directory: parent.parent }))
    if (parent !== undefined) question(check, `reference ${copy.directory}`, (step) => read(turn, check, step, candidatesFor(server, parent.parent), parent.parent, [parent.label, 'DR']))
  }
}

/** W5: removals that were announced in directories stored here, but for that of the server itself, which knows. */
const announcedByOthers = ({ server }: Turn, { home, path }: Check): Announced[] => announcedHere(server).filter(({ directory, label }) => directory !== home || label !== path.at(-1))

/** Whether anybody works on what is announced, or on InSN; and whether those who are to be removed have gone already. */
function askWhoWorks(turn: Turn, check: Check, announced: readonly Announced[]): void {
  const { peers } = turn.server
  const about: Request = { type: 'underWay', directory: check.home }
  for (const peer of peers.keys()) question(check, `work ${peer}`, (step) => request(turn, check, step, [peer], about))
  for (const { server } of announced) if (server !== null && peers.has(server)) question(check, `named ${server}`, (step) => request(turn, check, step, [server], { type: 'describe', directory: check.home }))
}

/** S2: the rank of a directory with InSN that has no copy on a server with a shorter name. */
function lackingShorter({ server }: Turn, copy: DirectoryCopy): number | null {
  const rank = inSNOf(copy.visible)?.rank ?? null
  return rank === null || copy.directory === server.root || hasShorter(server, copy, rank) ? null : rank
}

function findings(turn: Turn, check: Check): Found[] {
  const { server } = turn
  const { home, path, asked, answers } = check
  const label = path.at(-1)!
  const levels: Level[] = []
  for (let depth = 0; depth < path.length; depth++) {
    const directory = directoryAt(turn, check, depth)
    const inSN = (answered(check, `inSN ${depth}`) as ReadOutcome | null)
    const state = (answered(check, `state ${depth}`) as CopyState | null)
    if (directory === null || inSN === null || state === null) break
    const rank = depth === 0 ? Number.NEGATIVE_INFINITY : rankIn(labelsIn(inSN.tree ?? undefined))
    levels.push({ path: path.slice(0, depth), directory, inSN, rank, state })
  }
  const described = [...answers.keys()].filter((key) => key.startsWith('down ')).flatMap((key) => (answered(check, key) as Described | null) ?? [])
  const unfound = [...server.copies.values()].flatMap((copy) => {
    const above = answered(check, `above ${copy.directory}`) as CopyState | null
    const rank = lackingShorter(turn, copy)
    return above === null || rank === null || levels.some(({ directory }) => directory === copy.directory) ? [] : shorterFindings(server, copy, rank, above)
  })
  const references = [...server.copies.values()].flatMap((copy) => {
    const reference = (answered(check, `reference ${copy.directory}`) as ReadOutcome | null)
    if (reference === null) return []
    const name = effectiveParent(copy)?.label ?? ''
    // Where InSN itself is missing it is set again, and announced with it.
    const isMissing = inSNOf(copy.visible) === null && levels.some(({ directory }) => directory === copy.directory)
    return [...(isMissing ? [] : inSNFindings(turn, copy, name, reference, [...answers])), ...referenceFindings(copy, name, reference)]
  })
  return [
    ...lostFindings(turn, check, levels),
    ...levelFindings(server, levels),
    ...unfound,
    ...renamedFindings(server, path),
    ...upFindings(server, levels, (answered(check, 'up') as Described | null)),
    ...entryFindings(server, home, label, answers.get('entry') as ReadOutcome | Failure),
    ...(asked === null ? [] : otherNameFindings(server, asked, answers.get('other') as ReadOutcome | Failure, (answered(check, 'otherHome') as FoundDirectory | null)?.directory ?? null)),
    ...downFindings(server, home, label, described),
    ...references,
    ...announcedByOthers(turn, check).flatMap((announced) => announcedFindings(turn, announced, [...answers], (si) => (answered(check, `named ${si}`) as Described | null)?.removed === true)),
  ].slice(0, MAX_FINDINGS)
}

const MAX_FINDINGS = 64

/** S1: a directory on the way that could not be asked, or that is not the one in which the server is named. */
function lostFindings({ server }: Turn, { answers, path, home }: Check, levels: readonly Level[]): Found[] {
  if (levels.length === path.length && levels.at(-1)!.directory === home) return []
  const lost = [...answers].find(([question, outcome]) => isFailure(outcome) && /^(directory|inSN|state) /.test(question))?.[1] as Failure | undefined
  const sentence = lost === undefined ? `the name /${server.name} does not lead to the directory in which the server is named` : `the way to /${server.name} could not be followed: ${explain(lost)}`
  return [found('S1', sentence, lost === undefined ? 'Name the server again with setUpOn' : 'Check again when its servers are connected', null)]
}

function repairNext(turn: Turn, check: Check): void {
  const { server } = turn
  const all = check.found!
  while (check.at < all.length && all[check.at]!.repair === null) check.at++
  const repair = all[check.at]?.repair
  if (!check.repair || repair === null || repair === undefined) return finish(turn, check, { findings: all.map(({ finding }) => finding) })
  switch (repair.type) {
    case 'change':
      return change(turn, check, 'repaired', repair.at, repair.directory, repair.procedure, repair.labels, repair.tree)
    case 'ask':
      return request(turn, check, 'repaired', repair.at, repair.request)
    case 'setUpOn':
      return beginSetUpOn(turn, check.path, repair.up, goOnAt(check, 'repaired'))
    case 'renamed':
      changeServer(turn, { type: 'name', name: formatLabels(check.path), home: server.home })
      return onRepaired(turn, check, {})
    case 'up':
      changeServer(turn, { type: 'up', up: { ...server.up!, name: repair.name } })
      register(turn)
      return onRepaired(turn, check, {})
    case 'cleanup': {
      const copy = server.copies.get(repair.directory)
      if (copy === undefined) return onRepaired(turn, check, {})
      return beginCleanup(turn, copy, goOnAt(check, 'repaired'))
    }
    case 'register':
      server.registered = false
      register(turn)
      return onRepaired(turn, check, {})
  }
}

function onRepaired(turn: Turn, check: Check, outcome: object | Failure): void {
  const found = check.found![check.at]!
  const { finding, otherwise } = found
  const next = isFailure(outcome) ? otherwise.shift() : undefined
  if (next !== undefined) {
    ;[finding.repair, found.repair] = next
    return repairNext(turn, check)
  }
  if (isFailure(outcome)) finding.repair = clipped(`${finding.repair}: not yet, for ${explain(outcome).replace(/\.$/, '')}`)
  else finding.repaired = true
  check.at++
  repairNext(turn, check)
}
