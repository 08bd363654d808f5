/**
 * SetUpOn: this server gets a name, in a directory with InSN [S1], and an up pointer to a server with a shorter one, of whose
 * directory it takes a copy [S3]. Everything is looked at first; then the server above is told, the name and the pointer are
 * saved in one step, and the register enters them (register.ts).
 */
import { schedule } from '../agenda'
import { answer, waitWith, type Caller } from '../caller'
import { beginJoin, wantRoot } from '../copies/join'
import type { Found } from '../directories/lookup'
import { isOfNobody } from '../directories/gone'
import { candidatesFor, whomToAsk } from '../directories/reference'
import { rankOfDirectory } from '../directories/rank'
import { rankIn, REMOVED, serverEntry, WITHDRAWN } from '../entries/serverEntry'
import { failure, isFailure, type Failure } from '../errors'
import { checkLabels, formatLabels, isServerId, shown, utf8Length, type DirectoryId, type Label } from '../names'
import type { Outcomes, ReadOutcome } from '../requests'
import { changeServer, homeOf, labelsOfServer, MAX_SERVER_NAME, type Turn, type UpPointer } from '../server'
import { below, labelsIn } from '../values/readValue'
import { pointedUpFault } from './announcements'
import { forgetFormer, recordedIn } from './formerEntries'
import { isPlaced, shorterCopyFault } from './placement'
import { begin, change, finish, goOnAt, lookUp, read, requestAnywhere, type Begun } from '../procedure'
import { rename } from './register'

export interface SettingUp extends Begun {
  type: 'setUpOn'
  path: Label[]
  upPath: Label[] | null
  /** The directory of the new name, and that of the server above. */
  home: DirectoryId
  up: UpPointer | null
  /** Of the home; names in the root are the shortest. */
  rank: number
}

/** The `home` is looked up, records of removal taken `back` (if the directory is not `gone`), its `inSN` read and what stands there under the name (`taken`), the directory of the server above found (`upHome`) and whether its names are shorter (`upInSN`), the server there (`upEntry`), its directory `joined`, that one `told`. */
export type SettingUpStep = 'home' | 'back' | `back ${DirectoryId}` | `gone ${DirectoryId}` | 'inSN' | 'taken' | 'upHome' | 'upInSN' | 'upEntry' | 'joined' | 'told'

/** `path`, `up`: server names, as labels from the root. */
export function beginSetUpOn(turn: Turn, path: Label[], upPath: Label[] | null, caller: Caller): void {
  const { server } = turn
  const fault = nameFault(path) ?? (upPath === null ? null : nameFault(upPath))
  if (fault !== null) return answer(turn, caller, fault)
  const running = [...server.procedures.values()].find(({ type }) => type === 'setUpOn' || type === 'removeS')
  if (running?.type === 'removeS') return answer(turn, caller, failure('Withdrawn', { name: `the server ${server.name}` }))
  if (running !== undefined) return answer(turn, caller, failure('Superseded', { name: `the name of the server ${server.name}` }))
  const name = formatLabels(path)
  const { root } = server
  if (root === null) {
    if (path.length > 1 || upPath !== null) return answer(turn, caller, failure('NoRoot', { reason: 'until it does it can only be given a name in the root' }))
    rename(turn, name, null)
    return answer(turn, caller, { name })
  }
  const setting = begin<SettingUp>(turn, caller, { type: 'setUpOn', path, upPath, home: root, up: null, rank: Number.NEGATIVE_INFINITY }, () => false)
  if (setting === null) return
  if (path.length > 1) return lookUp(turn, setting, 'home', path.slice(0, -1), null, null)
  comeBack(turn, setting)
}

/** S4: a removed server is set up anew: the record that it was goes first, where it was found, and where its name is to be. */
function comeBack(turn: Turn, setting: SettingUp): void {
  const { server } = turn
  if (!server.removed) return lookAtName(turn, setting)
  const recorded = recordedIn(server)
  if (recorded === undefined) takeRecordAway(turn, setting, 'back', setting.home)
  else takeRecordAway(turn, setting, `back ${recorded}`, recorded)
}

/** A record that went with its directory stands in nobody's way. */
const askWhetherGone = (turn: Turn, setting: SettingUp, directory: DirectoryId): void => requestAnywhere(turn, setting, `gone ${directory}`, whomToAsk(turn.server, directory), { type: 'records', directory })

const takeRecordAway = (turn: Turn, setting: SettingUp, step: SettingUpStep, directory: DirectoryId): void => change(turn, setting, step, whomToAsk(turn.server, directory), directory, 'setUpOn', ['.', REMOVED], [[turn.server.id, false]])

function nameFault(path: readonly Label[]): Failure | null {
  if (path.length === 0) return failure('BadName', { name: '/', reason: 'a server has a label of its own' })
  const name = formatLabels(path)
  return checkLabels(path) ?? (utf8Length(name) > MAX_SERVER_NAME ? failure('BadName', { name: shown(name), reason: `the name of a server, written from the root, has at most ${MAX_SERVER_NAME} bytes` }) : null)
}

export function onSettingUp(turn: Turn, setting: SettingUp, step: SettingUpStep, outcome: object | Failure): void {
  if (step.startsWith('back ') && isFailure(outcome) && isOfNobody(outcome)) return askWhetherGone(turn, setting, recordedIn(turn.server)!)
  if (isFailure(outcome)) return finish(turn, setting, outcome)
  switch (step) {
    case 'home': {
      const { directory, entity, trail } = outcome as Found
      const fault = directFault(setting.path.slice(0, -1), trail, entity)
      if (fault !== null) return finish(turn, setting, fault)
      setting.home = directory
      return comeBack(turn, setting)
    }
    case 'back':
      return lookAtName(turn, setting)
    case 'inSN': {
      const labels = labelsIn((outcome as ReadOutcome).tree ?? undefined)
      const fault = inSNFault(turn, setting, labels)
      if (fault !== null) return finish(turn, setting, fault)
      if (setting.home !== turn.server.root) setting.rank = rankIn(labels)!
      return read(turn, setting, 'taken', candidatesFor(turn.server, setting.home), setting.home, [setting.path.at(-1)!])
    }
    case 'taken':
      return onTaken(turn, setting, outcome as ReadOutcome)
    case 'upHome': {
      const { directory, trail, entity } = outcome as Found
      const fault = directFault(setting.upPath!.slice(0, -1), trail, entity)
      if (fault !== null) return finish(turn, setting, fault)
      setting.up = upPointer(setting, directory)
      return read(turn, setting, 'upInSN', candidatesFor(turn.server, directory), directory, ['.', 'InSN'])
    }
    case 'upInSN':
      return lookAbove(turn, setting, rankIn(labelsIn((outcome as ReadOutcome).tree ?? undefined)))
    case 'upEntry':
      return onUpEntry(turn, setting, outcome as ReadOutcome)
    case 'joined':
      return tell(turn, setting)
    case 'told':
      return settle(turn, setting)
    default: {
      const directory = step.split(' ')[1] as DirectoryId
      if (step.startsWith('gone ') && (outcome as Outcomes['records']).gone === null) return finish(turn, setting, failure('NoCopyReachable', { name: `#${directory}`, tried: 'nobody who was asked has one' }))
      forgetFormer(turn, directory)
      return comeBack(turn, setting)
    }
  }
}

const upPointer = ({ upPath }: SettingUp, directory: DirectoryId): UpPointer => ({ name: formatLabels(upPath!), directory, label: upPath!.at(-1)! })

/** S1 speaks of the direct path: no link on it, no entry at its end. */
function directFault(path: readonly Label[], trail: Found['trail'], entity: Label | null): Failure | null {
  const name = `/${formatLabels(path)}`
  if (entity !== null) return failure('NotADirectory', { name })
  return trail.some(({ found }) => found === 'link') ? failure('BadName', { name, reason: 'there is a link on the way, and a server is named by the direct name of its directory' }) : null
}

const lookAtName = (turn: Turn, setting: SettingUp): void => read(turn, setting, 'inSN', candidatesFor(turn.server, setting.home), setting.home, ['.', 'InSN'])

/** S1: said before anything is changed; the copy that accepts the name looks once more. */
function inSNFault({ server }: Turn, { path, home }: SettingUp, inSN: readonly Label[]): Failure | null {
  const directory = `/${formatLabels(path.slice(0, -1))}`
  if (inSN.includes(WITHDRAWN)) return failure('Withdrawn', { name: `InSN of ${directory}` })
  if (rankIn(inSN) !== null || home === server.root) return null
  return failure('WouldBreak', { what: `The server name /${formatLabels(path)}`, rule: 'S1', reason: `the directory ${directory} has no InSN`, next: 'Call setInSN for that directory first' })
}

function onTaken(turn: Turn, setting: SettingUp, { tree }: ReadOutcome): void {
  const { server } = turn
  const { path, upPath } = setting
  const name = formatLabels(path)
  const isOwn = below(tree, ['Server', 'SI', server.id]) !== undefined
  if (tree !== null && !isOwn) return finish(turn, setting, failure('AlreadyExists', { name: `/${name}` }))
  const fault = renamingFault(turn, setting, name)
  if (fault !== null) return finish(turn, setting, fault)
  if (upPath !== null) {
    if (upPath.length > 1) return lookUp(turn, setting, 'upHome', upPath.slice(0, -1), null, null)
    setting.up = upPointer(setting, server.root!)
    return lookAbove(turn, setting, Number.NEGATIVE_INFINITY)
  }
  const keepsUp = server.up !== null && (rankOfDirectory(server, server.up.directory) ?? setting.rank) < setting.rank
  setting.up = keepsUp ? server.up : null
  const storesRoot = server.wantsRoot || server.copies.get(server.root!)?.state === 'active'
  if (path.length === 1 && server.removed && !server.wantsRoot) changeServer(turn, { type: 'rootWanted', wanted: true })
  else if (!storesRoot && !(keepsUp && isPlaced(server)) && path.length > 1) return finish(turn, setting, failure('WouldBreak', { what: `The server name /${name}`, rule: 'S3', reason: 'this server stores no copy of the root and has no up pointer', next: 'Give it an up pointer: setUpOn(name, nameOfAServerNearerToTheRoot)' }))
  settle(turn, setting)
}

/** S3, S2: what rests on the name that it has now. */
function renamingFault(turn: Turn, { rank }: SettingUp, name: string): Failure | null {
  const { server } = turn
  if (name === server.name || !server.registered) return null
  const home = homeOf(server)
  const tree = home === null ? undefined : server.copies.get(home)?.visible
  const down = tree === undefined ? [] : (serverEntry(tree, labelsOfServer(server.name).at(-1)!)?.down ?? [])
  const pointed = pointedUpFault(server.name, down, 'Renaming the server')
  if (pointed !== null) return pointed
  for (const copy of server.copies.values()) {
    const fault = copy.state === 'active' ? shorterCopyFault(server, copy, rank) : null
    if (fault !== null) return fault
  }
  return null
}

/** S3: the name above is shorter: its directory has the smaller rank. */
function lookAbove(turn: Turn, setting: SettingUp, rank: number | null): void {
  const { path, up } = setting
  const { directory, name, label } = up!
  if (rank === null || rank >= setting.rank) return finish(turn, setting, failure('WouldBreak', { what: `Pointing ${formatLabels(path)} up to ${name}`, rule: 'S3', reason: 'that name is not shorter', next: 'Point up to a server that is named nearer to the root' }))
  read(turn, setting, 'upEntry', candidatesFor(turn.server, directory), directory, [label])
}

function onUpEntry(turn: Turn, setting: SettingUp, { tree, server: found }: ReadOutcome): void {
  const { server } = turn
  const { up, path } = setting
  const si = labelsIn(below(tree, ['Server', 'SI']))[0]
  const what = `Pointing ${formatLabels(path)} up to ${up!.name}`
  if (si === undefined || !isServerId(si)) return finish(turn, setting, failure('NoSuchServer', { server: `/${up!.name}` }))
  if (si === server.id) return finish(turn, setting, failure('WouldBreak', { what, rule: 'S3', reason: 'that is this server itself', next: 'Point up to another' }))
  if (below(tree, ['Server', WITHDRAWN]) !== undefined) return finish(turn, setting, failure('Withdrawn', { name: `the server /${up!.name}` }))
  const { directory } = up!
  if (server.copies.get(directory)?.state === 'active') return tell(turn, setting)
  wantRoot(turn, directory)
  beginJoin(turn, directory, [...new Set([found, ...candidatesFor(server, directory)])], goOnAt(setting, 'joined'))
}

/** S3, W5: announced under the entry of the server above, at the copy here: from then on that one's name stays. */
function tell(turn: Turn, setting: SettingUp): void {
  const { directory, label } = setting.up!
  change(turn, setting, 'told', [turn.server.id], directory, 'setUpOn', [label, 'Server', 'Down'], [[turn.server.id, true]])
}

/** The name and the up pointer, in one step; the answer comes when they are entered. */
function settle(turn: Turn, setting: SettingUp): void {
  const { server } = turn
  const { up, home, path } = setting
  const former = server.up
  if (server.removed) changeServer(turn, { type: 'removed', removed: false })
  if (JSON.stringify(up) !== JSON.stringify(server.up)) changeServer(turn, { type: 'up', up })
  if (former !== null && former.name !== up?.name) change(turn, setting, 'told', candidatesFor(server, former.directory), former.directory, 'setUpOn', [former.label, 'Server', 'Down'], [[server.id, false]])
  server.procedures.delete(setting.id)
  for (const caller of setting.callers) waitWith(turn, server.namings, caller)
  rename(turn, formatLabels(path), home === server.root ? null : home)
  schedule(server.agenda, 'register', turn.now)
}
