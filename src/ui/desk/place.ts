/** Where a name leads: what the selection means, looked up anew whenever a directory on the way changes. */
import { LookupError } from '../../client/lookupError'
import type { DirectoryId, Label, ServerId } from '../../core/names'
import type { BeforeStep, TrailStep } from '../../core/requests'
import { NameServiceError } from '../../core/errors'
import type { CopyView, TabView } from '../../tab/view'
import { useDesk, useView } from './desk'
import { below as childOf, designate, labelsOf, parentOf } from './fullName'
import { sentenceOf } from './notices'
import { connectedLinks } from './servers'
import { useReading, type Reading } from './reading'

export interface Place {
  name: string
  /** The directory reached, and a name for it that leads there without following a link. */
  di: DirectoryId
  directory: string
  /** The entry selected in it; null when it is the directory itself. */
  entity: Label | null
  servers: readonly ServerId[]
  trail: readonly TrailStep[]
  /** What came after its last step. */
  after: readonly BeforeStep[]
  /** Until when the way may be cached; null: not at all. */
  validUntil: number | null
  /** Whether a link was followed on the way. */
  linked: boolean
  /** Why the name could not be looked up, if what is shown is this server's own copy, found before; else ''. */
  detached: string
  /** How far that lookup came. */
  lost: LookupError | null
}

export function usePlace(name: string): Reading<Place> {
  const { tab, seen } = useDesk()
  const { service } = tab
  // Whatever this server stores may lie on the way; without any copy here nobody tells of changes.
  const version = useView((view) => Object.values(view.copies).reduce<number | null>((sum, copy) => (sum ?? 0) + copy.version, null))
  // So may copies elsewhere: who can be reached decides how far a lookup comes.
  const reachable = useView((view) => connectedLinks(view).map(({ server }) => server).join(' '))
  const waiting = useView((view) => view.root === null)
  return useReading(waiting ? null : `place ${name}`, version === null ? null : `${version} ${reachable}`, async () => {
    try {
      const { di, entity, servers, trail, after, validUntil } = await service.lookup(name)
      const linked = trail.some(({ found }) => found === 'link')
      const directory = linked ? `#${di}` : entity === null ? name : (parentOf(name) ?? name)
      const place = { name, di, directory, entity, servers, trail, after, validUntil, linked, detached: '', lost: null }
      seen.set(name, place)
      return place
    } catch (error) {
      const own = notFound(error) ? null : ownCopy(tab.view.getState(), name, seen.get(name))
      if (own === null) throw error
      return { ...own, detached: sentenceOf(error), lost: error instanceof LookupError ? error : null }
    }
  })
}

/** No such name is an answer; everything else says only that nobody on the way could be asked. */
const notFound = (error: unknown): boolean => error instanceof NameServiceError && ['NotFound', 'NotADirectory', 'BadName', 'LinkLoop'].includes(error.code)

/**
 * Cut off from those who know the way, a server still has its own copies: found by their identifier, from the way that was
 * seen before, or from the names that its copies know themselves by.
 */
function ownCopy({ copies, server }: TabView, name: string, before: Place | undefined): Place | null {
  const all = Object.values(copies)
  const directory = all.find((copy) => copy.name === name)
  const parent = all.find((copy) => copy.name === parentOf(name))
  const di = before?.di ?? directory?.directory ?? parent?.directory
  if (di === undefined || copies[di]?.state !== 'active') return null
  const entity = before === undefined ? (directory === undefined ? (labelsOf(name).at(-1) ?? null) : null) : before.entity
  return { name: below(`#${di}`, entity), di, directory: `#${di}`, entity, servers: [server.id], trail: [], after: [], validUntil: null, linked: false, detached: '', lost: null }
}
const below = (directory: string, label: Label | null): string => (label === null ? directory : childOf(directory, label))

/** VD of a path below a place; goes by the name that was asked for, so that links lead on. */
export function designateAt({ name, entity }: Place, path: readonly Label[]): string {
  const directory = entity === null ? name : (parentOf(name) ?? name)
  const first = entity === null ? [] : labelsOf(name).slice(-1)
  return designate(directory, [...first, ...path])
}

/** The copy of a directory that this server stores, if it does. */
export function useCopy(di: DirectoryId | null): CopyView | null {
  return useView((view) => (di === null ? null : (view.copies[di] ?? null)))
}
