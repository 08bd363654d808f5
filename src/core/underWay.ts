/**
 * Who waits for whom [S5], worked out from the server as it stands. Nothing is kept for it: whom a procedure waits for follows
 * from what was asked for it and is not answered.
 */
import { isSealed, type DirectoryCopy } from './copies/directoryCopy'
import { fellows } from './copies/spread'
import type { Sweep } from './copies/sweep'
import type { Caller } from './caller'
import { inSNOf, serverEntry } from './entries/serverEntry'
import type { SightAt } from './directories/reference'
import type { DirectoryRemovalStep } from './directories/removeD'
import type { Onward } from './errands'
import { formatLabels, nameBelow, type DirectoryId, type Label, type ServerId } from './names'
import type { Procedure, ProcedureStep, WithdrawingStep } from './procedure'
import { nameOfServer, type Server } from './server'
import type { LostRemovalStep } from './servers/removeLost'
import type { RemovalStep } from './servers/removeS'
import type { SettingInSNStep } from './servers/setInSN'
import type { SettingUpStep } from './servers/setUpOn'
import { nameKnownHere } from './servers/traces'
import { millisecondsOf } from './timestamp'
import { seesAll } from './values/readValue'
import { visibleChildren } from './values/valueTree'
import { inBounds, MOST_WORK, type Announced, type UnderWay, type Work } from './work'

/** How a directory is called to who asks: by its name, as far as they may read that [A5]. */
type Calling = (directory: DirectoryId) => string

const calling = (server: Server, sightAt: SightAt): Calling => (directory) => inBounds(nameKnownHere(server, directory, sightAt))

export function underWayAt(server: Server, now: number, sightAt: SightAt = () => seesAll): UnderWay {
  const called = calling(server, sightAt)
  const work = [...proceduresOf(server, called), ...copyWorkOf(server, called)].toSorted((a, b) => (a.since ?? 0) - (b.since ?? 0))
  return { now: Math.floor(now), work: work.slice(0, MOST_WORK), announced: announcedHere(server, called).slice(0, MOST_WORK) }
}

/** W5: what is withdrawn in the directories stored here that may name servers. */
export function announcedHere(server: Server, called = calling(server, () => seesAll)): Announced[] {
  return [...server.copies.values()].flatMap(({ state, directory, visible }): Announced[] => {
    const inSN = inSNOf(visible)
    if (state !== 'active' || (directory !== server.root && inSN === null)) return []
    const name = called(directory)
    const servers = [...visibleChildren(visible.root)].flatMap(([each]): Announced[] => {
      const entry = serverEntry(visible, each)
      return entry === null || entry.withdrawn === null ? [] : [{ directory, label: each, name: inBounds(nameBelow(name, each)), server: entry.server, since: Math.floor(millisecondsOf(entry.withdrawn)) }]
    })
    return [...(inSN === null || inSN.withdrawn === null ? [] : [{ directory, label: '.', name, server: null, since: Math.floor(millisecondsOf(inSN.withdrawn)) }]), ...servers]
  })
}

type About = Pick<Work, 'kind' | 'what' | 'about' | 'directory' | 'label'>

/** What a procedure is about; null for what only asks something beforehand. */
function aboutOf(server: Server, procedure: Procedure, called: Calling): About | null {
  const ofServer = (kind: Work['kind'], what: string, path: string, directory: DirectoryId | null, own: Label | null): About => ({ kind, what, about: `/${path}`, directory, label: own })
  const ofDirectory = (kind: Work['kind'], what: string, directory: DirectoryId, own: Label | null = null): About => ({ kind, what, about: called(directory), directory, label: own })
  switch (procedure.type) {
    case 'setUpOn':
      return ofServer('setUpOn', 'takes the name', formatLabels(procedure.path), procedure.home, procedure.path.at(-1)!)
    case 'setInSN':
      return ofDirectory('setInSN', procedure.to ? 'gives InSN to' : 'takes InSN from', procedure.directory, '.')
    case 'removeS':
      return ofServer('removeS', 'gives up its name', server.name, procedure.home, procedure.label)
    case 'removeLost':
      return procedure.dry ? null : ofServer('removeLost', 'removes the lost server', formatLabels(procedure.path), procedure.home, procedure.path.at(-1)!)
    case 'checkS':
      return ofServer('checkS', 'checks its place as', server.name, procedure.home, null)
    case 'settle':
      return procedure.key === null ? null : ofDirectory('settle', 'settles a move of', procedure.directory)
    case 'link':
      return ofDirectory('link', 'turns former names of', procedure.directory)
    case 'removeD':
      return ofDirectory('removeD', 'removes the directory', procedure.directory)
    case 'placed':
      return ofDirectory('placed', 'tells those above of', procedure.directory)
    case 'yield':
      return ofDirectory('yield', 'goes below another root with', procedure.directory)
    case 'followRoot':
      return ofDirectory('followRoot', 'looks for the root above', procedure.root)
  }
}

const withdrawing: Record<WithdrawingStep, string> = {
  withdrawn: 'announces the removal',
  marked: 'reads the announcement back',
  swept: 'waits until every copy knows of the announcement',
  stood: 'waits until every copy knows of the announcement',
}
const steps: { setUpOn: Record<SettingUpStep, string>; setInSN: Record<SettingInSNStep, string>; removeS: Record<RemovalStep, string>; removeLost: Record<Exclude<LostRemovalStep, `knows ${ServerId}`>, string>; removeD: Record<DirectoryRemovalStep, string> } = {
  setUpOn: {
    home: 'looks up the directory of the name',
    back: 'takes away the record of its removal',
    inSN: 'asks whether servers may be named there',
    taken: 'asks whether the name is free',
    upHome: 'looks up the directory of the server above',
    upInSN: 'asks whether names there are shorter',
    upEntry: 'asks who the server above is',
    joined: 'takes a copy of the directory of the server above',
    told: 'tells the server above',
  },
  setInSN: { ...withdrawing, parent: 'asks whether the parent has InSN', named: 'reads its name in the parent', met: 'waits until that copy knows of its name', announced: 'announces it in the parent', entered: 'enters it', committed: 'takes it away', unannounced: 'tells the parent', restored: 'takes the announcement back' },
  removeS: { ...withdrawing, looked: 'looks at its entry', checked: 'asks whether anybody points up to it', released: 'tells the server above', left: 'hands over its copies', gone: 'takes the entry away', restored: 'takes the announcement back' },
  removeLost: {
    ...withdrawing,
    home: 'looks up the directory of the name',
    looked: 'looks at its entry',
    state: 'asks what waits for it',
    abandoned: 'has nobody wait for it any more',
    checked: 'asks whether anybody points up to it',
    upHome: 'looks up the directory of the server above it',
    upDown: 'asks whether the server above keeps its name for it',
    released: 'tells the server above it',
    gone: 'takes the entry away',
    asked: 'asks whether the entry is gone',
    restored: 'takes the announcement back',
  },
  removeD: {
    ...withdrawing,
    right: 'has its name made right',
    expires: 'asks whether its names have expired',
    refers: 'asks whether its names have expired',
    leads: 'asks whether its names have expired',
    gone: 'asks whether its names have expired',
    asked: 'asks whether what was announced lies in it',
    maker: 'asks whether what was announced is being made',
    unannounced: 'takes away what was announced and never came',
    closed: 'closes the copy',
    known: 'asks whether the parent knows',
    told: 'tells the parent',
    restored: 'takes the announcement back',
  },
}

function stepOf({ type }: Procedure, step: ProcedureStep): string {
  if (type === 'settle') return step === 'marked' ? 'writes the verdict' : 'waits until the directories above are complete'
  if (type === 'link') return step === 'read' || step === 'told' ? 'asks for its name now' : step === 'swept' ? 'waits until every copy has its new name' : 'turns them into links'
  if (type === 'placed') return step === 'climbed' ? 'asks for its name now' : 'has it entered there'
  if (type === 'yield') return step === 'written' ? 'writes where it goes' : 'asks which root was first'
  if (type === 'followRoot') return 'asks what lies above'
  if (type === 'checkS') return step === 'repaired' ? 'repairs what it has found' : 'asks the servers on the way to the root'
  const words: Readonly<Record<string, string>> = steps[type]
  return words[step.split(' ', 1)[0]!] ?? 'asks every server what it knows of it'
}

function proceduresOf(server: Server, called: Calling): Work[] {
  const procedures = [...server.procedures.values()].flatMap((procedure): Work[] => {
    const about = aboutOf(server, procedure, called)
    const waits = about === null ? [] : waitsOf(server, ofProcedure(procedure.id))
    const step = waits[0]?.step
    return about === null || step === undefined ? [] : [{ ...about, step: stepOf(procedure, step as ProcedureStep), waitsFor: named(server, waits.flatMap(({ at }) => at)), since: Math.floor(procedure.openSince) }]
  })
  if (server.namings.length === 0) return procedures
  const at = waitsOf(server, (caller) => (caller.type === 'onward' && caller.onward.type === 'register' ? caller.onward.step : null)).flatMap((wait) => wait.at)
  return [...procedures, { kind: 'setUpOn', what: 'takes the name', about: `/${server.name}`, directory: server.home ?? server.root, label: null, step: 'has the name entered', waitsFor: named(server, at), since: null }]
}

const ofProcedure =
  (id: string) =>
  (caller: Caller): string | null =>
    caller.type === 'onward' && caller.onward.type === 'procedure' && caller.onward.id === id ? caller.onward.step : null

const named = (server: Server, those: readonly ServerId[]): Work['waitsFor'] =>
  [...new Set(those)].filter((other) => other !== server.id).slice(0, MOST_WORK).map((other) => ({ server: other, name: nameOfServer(server, other).slice(0, 512), connected: server.peers.has(other) }))

/** Something that was begun for a step of somebody, and the servers whose answers it waits for. */
interface Wait {
  step: string
  at: readonly ServerId[]
}

/** Whatever is open here on behalf of a caller; `of` says of a caller which step of the wanted one it is, or null. */
function waitsOf(server: Server, of: (caller: Caller) => string | null): Wait[] {
  const first = (callers: readonly Caller[]): string | null => callers.map(of).find((step) => step !== null) ?? null
  const open: Wait[] = []
  const add = (step: string | null, at: () => readonly ServerId[]): void => {
    if (step !== null) open.push({ step, at: at() })
  }
  const inner = (isInner: (caller: Caller) => boolean): ServerId[] => waitsOf(server, (caller) => (isInner(caller) ? '' : null)).flatMap(({ at }) => at)
  const isOnward = (caller: Caller, fits: (onward: Onward) => boolean): boolean => caller.type === 'onward' && fits(caller.onward)
  for (const { id, onward, candidates } of server.errands.values()) {
    add(of(callerOf(onward)), () => (candidates[0] === server.id ? inner((caller) => caller.type === 'errand' && caller.id === id) : candidates.slice(0, 1)))
  }
  for (const { onward } of server.originating.values()) add(of(callerOf(onward)), () => [])
  for (const { id, caller } of server.lookups.values()) add(of(caller), () => inner((other) => isOnward(other, (onward) => (onward.type === 'lookup' || onward.type === 'sought') && onward.id === id)))
  for (const { id, callers } of server.procedures.values()) add(first(callers), () => inner((caller) => ofProcedure(id)(caller) !== null))
  for (const [directory, { callers }] of server.cleanups) add(first(callers), () => inner((caller) => isOnward(caller, (onward) => onward.type === 'cleanup' && onward.directory === directory)))
  for (const [directory, { callers }] of server.joins) add(first(callers), () => joinWaitsFor(server, directory))
  for (const [directory, callers] of server.leavers) add(first(callers), () => leaveWaitsFor(server, server.copies.get(directory)))
  for (const sweep of server.sweeps.values()) add(first([...sweep.callers, ...sweep.next.map(({ caller }) => caller)]), () => sweepWaitsFor(sweep))
  return open
}

/** Who has an errand's outcome in the end. */
function callerOf(onward: Onward): Caller {
  if (onward.type === 'answer' || onward.type === 'arrived') return onward.caller
  return onward.type === 'drafted' ? callerOf(onward.onward) : { type: 'onward', onward }
}

function joinWaitsFor({ joins, copies }: Server, directory: DirectoryId): ServerId[] {
  const join = joins.get(directory)
  const asked = copies.get(directory)?.joining?.predecessor.server ?? join?.candidates[join.at]
  return asked === undefined ? [] : [asked]
}

/** Who has been asked to take the copy over; else whoever may point at it: those who are not there have not said. */
function leaveWaitsFor({ peers }: Server, copy: DirectoryCopy | undefined): ServerId[] {
  if (copy === undefined || copy.leaving === null) return []
  if (copy.leaving.predecessor !== null) return [copy.leaving.predecessor.server]
  const others = fellows(copy).map(({ server }) => server)
  const away = others.filter((other) => !peers.has(other))
  return away.length > 0 ? away : others
}

function sweepWaitsFor({ phase, ring, visited }: Sweep): ServerId[] {
  const members = phase === 'look' ? [...visited.values()] : ring.map((copy) => visited.get(copy)!)
  return members.filter(({ facts, load, written }) => (phase === 'look' ? facts === null : phase === 'read' ? load === null : !written)).map(({ pointer }) => pointer.server)
}

/** What goes on with the copies of this server: joins, leavings, epochs, sweeps, references. */
function copyWorkOf(server: Server, called: Calling): Work[] {
  const work = (kind: Work['kind'], what: string, directory: DirectoryId, step: string, at: readonly ServerId[], since: number | null): Work => ({ kind, what, about: called(directory), directory, label: null, step, waitsFor: named(server, at), since: since === null ? null : Math.floor(since) })
  const joins = [...server.joins].map(([directory, { openSince }]) => work('join', 'makes a copy of', directory, server.copies.has(directory) ? 'waits to hear whether the ring has taken it in' : 'takes a snapshot', joinWaitsFor(server, directory), openSince))
  const takeOvers = [...server.takeOvers].map(([directory, { leaver, attempt }]) => work('takeOver', 'takes over a copy of', directory, 'fetches what it has', [leaver.server], attempt / 1000))
  const epochs = [...server.proposals].flatMap(([directory, { dry, epoch, servers, answers, deadline, patience }]) => (dry ? [] : [work('epoch', 'makes an epoch of', directory, epoch === null ? 'asks where the copies stand' : 'has the copies sealed', servers.filter((other) => !answers.has(other)), deadline - patience)]))
  const sweeps = [...server.sweeps].map(([directory, sweep]) => work('sweep', 'sweeps', directory, `is in the ${sweep.phase} pass`, sweepWaitsFor(sweep), millisecondsOf(sweep.sweepTS)))
  const cleanups = [...server.cleanups].map(([directory, { openSince }]) => work('cleanup', 'sees to the references to', directory, 'asks what they say', waitsOf(server, (caller) => (caller.type === 'onward' && caller.onward.type === 'cleanup' && caller.onward.directory === directory ? caller.onward.step : null)).flatMap(({ at }) => at), openSince))
  const copies = [...server.copies.values()].flatMap((copy) => {
    const { directory, state, leaving, seals } = copy
    const leaves = state === 'leaving' && leaving !== null ? [work('leave', 'gives up its copy of', directory, leaving.staying !== null ? 'asks whether it has been taken over, for it is to stay' : leaving.predecessor === null ? 'asks who points at it' : 'waits to be taken over', leaveWaitsFor(server, copy), millisecondsOf(leaving.begun))] : []
    const waiting = isSealed(copy) ? seals.filter(({ committer, released }) => !released && committer.copy !== copy.id).map(({ committer }) => committer.server) : []
    return [...leaves, ...(waiting.length > 0 ? [work('sealed', 'is sealed for an epoch of', directory, 'waits to hear what became of it', waiting, null)] : [])]
  })
  return [...joins, ...copies, ...takeOvers, ...epochs, ...sweeps, ...cleanups]
}
