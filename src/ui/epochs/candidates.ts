/** Who could be a member of a new epoch, and whom the present one left out; from what the copies say. */
import type { Exclusion, Member } from '../../core/copies/directoryCopy'
import type { CopyId, DirectoryId, ServerId } from '../../core/names'
import type { CopyView, TabView } from '../../tab/view'
import type { KnownCopy } from '../copies/knownCopies'
import type { NewEpochRequest } from '../desk/dialogs'
import { linkTrouble, memberLabel } from '../desk/servers'

export interface Candidate {
  server: ServerId
  name: string
  /** Whether it is in the ring now, or was left out of it and is waited for. */
  isMember: boolean
  /** Why it cannot be asked now; '' when it can. */
  trouble: string
}

/** What this server and the copies that answered know: the ring of the newest epoch, and those whom that one left out. */
function known(copy: CopyView | null, copies: readonly KnownCopy[]): { ring: readonly Member[]; excluded: readonly Exclusion[]; parted: readonly Member[] } {
  const outside = copy?.outside ?? null
  const states = copies.flatMap(({ state }) => (state === null ? [] : [state]))
  const newest = states.map(({ epoch }) => epoch).reduce((a, b) => (a > b ? a : b), outside?.epoch ?? copy?.epoch ?? '')
  const said = new Map<CopyId, Exclusion>()
  // Whoever knows one abandoned is right; the others will hear of it.
  for (const exclusion of states.filter(({ epoch }) => epoch === newest).flatMap(({ excluded }) => excluded)) if (exclusion.abandoned || !said.has(exclusion.copy)) said.set(exclusion.copy, exclusion)
  const own = copy !== null && outside === null && copy.epoch === newest ? copy : null
  return {
    ring: own?.ring ?? [...(outside?.ring ?? []), ...copies.map(({ member }) => member)],
    excluded: own?.excluded ?? [...said.values()],
    parted: outside === null ? [] : (copy?.ring ?? []),
  }
}

/** Each server once: the ring first, then those left out whom it waits for. Who was abandoned is not to be had any more. */
export function candidatesOf(view: TabView, di: DirectoryId, copies: readonly KnownCopy[]): Candidate[] {
  const { ring, excluded, parted } = known(view.copies[di] ?? null, copies)
  const found = new Map<ServerId, Candidate>()
  const add = (isMember: boolean) => (member: Member) => {
    const { server } = member
    if (!found.has(server)) found.set(server, { server, name: memberLabel(member), isMember, trouble: linkTrouble(view, server) })
  }
  const abandoned = new Set(excluded.filter((exclusion) => exclusion.abandoned).map(({ copy }) => copy))
  ring.forEach(add(true))
  excluded.filter((exclusion) => !exclusion.abandoned).forEach(add(false))
  parted.filter(({ copy }) => !abandoned.has(copy)).forEach(add(false))
  return [...found.values()]
}

/** Whom the newest epoch left out and still waits for, as the copies say. */
export function awaitedOf(copies: readonly KnownCopy[]): Exclusion[] {
  const { ring, excluded } = known(null, copies)
  return excluded.filter((exclusion) => !exclusion.abandoned && !ring.some(({ server }) => server === exclusion.server))
}

/** Who is ticked when the form opens. */
export function firstChoice({ chosen, without }: NewEpochRequest, candidates: readonly Candidate[]): ServerId[] {
  const wanted = candidates.filter(({ server, trouble }) => (chosen === 'all' ? true : chosen === 'reachable' ? trouble === '' : chosen.includes(server)))
  return wanted.map(({ server }) => server).filter((server) => server !== without)
}

/** Two halves each made an epoch: a copy outside had itself left out members of the ring that rules, and knows none of them as a fellow. */
export function isSplit({ ring, excluded }: Pick<CopyView, 'ring' | 'excluded'>, ruling: readonly Pick<Member, 'copy'>[]): boolean {
  const isIn = (members: readonly Member[]): boolean => ruling.some(({ copy }) => members.some((member) => member.copy === copy))
  return isIn(excluded) && !isIn(ring)
}
