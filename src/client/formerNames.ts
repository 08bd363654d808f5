/** Names that a directory had, for whoever is about to remove it: what was promised of them to caches is promised of the directory (SPEC §12). */
import { expiredFrom, TX } from '../core/directories/expiration'
import type { Found } from '../core/directories/lookup'
import { inForce } from '../core/entries/parents'
import { NameServiceError } from '../core/errors'
import { nameBelow, type DirectoryId, type Label } from '../core/names'
import type { ReadOutcome } from '../core/requests'
import { ask, fromRoot, type Connection } from './connection'
import type { NameService, RemovalPreview } from './nameService'

type Unexpired = RemovalPreview['unexpired']

/** The names that a directory had, and that have not expired, and from when on each may change [W3]. */
export function formerNamesOf(connection: Connection, service: () => Pick<NameService, 'moves'>, directory: (fn: string) => Promise<Found>): (fn: string) => Promise<Unexpired> {
  /** Labels at a path, read where the directory is stored, so that no link is followed; none in one that was removed. */
  const labelsAt = async (di: DirectoryId, path: Label[]): Promise<readonly Label[]> => {
    try {
      const { servers } = await directory(`#${di}`)
      return (await ask<ReadOutcome>(connection, { type: 'ask', servers, request: { type: 'read', directory: di, path, form: 'labels', after: null } })).labels ?? []
    } catch (error) {
      if (error instanceof NameServiceError && error.code === 'NotFound') return []
      throw error
    }
  }

  /** Where a directory is, as people write it; its DI where that cannot be asked. */
  const nameOf = async (di: DirectoryId): Promise<string> => {
    const records = await service().moves(`#${di}`).catch((error: unknown) => {
      if (error instanceof NameServiceError) return []
      throw error
    })
    const up = inForce(records)
    return up === undefined ? fromRoot(connection, `#${di}`) : nameBelow(await nameOf(up.parent), up.label)
  }

  /** A name that a directory had, if it has not expired: a link, or a reference yet, under which its TX goes on. */
  const unexpiredAt = async (di: DirectoryId, { parent, label }: { parent: DirectoryId; label: Label }): Promise<Unexpired> => {
    const from = expiredFrom(await labelsAt(parent, [label, TX]))
    if (from <= connection.now()) return []
    const stands = await Promise.all([['DR', 'DI'], ['Link', 'Moved']].map((path) => labelsAt(parent, [label, ...path])))
    return stands.flat().includes(di) ? [{ name: nameBelow(await nameOf(parent), label), from }] : []
  }

  return async (fn) => {
    const records = await service().moves(fn)
    const now = inForce(records)
    const names = new Map(records.flatMap(({ parent, label, verdict }) => (verdict === 'pending' ? [] : [[`${parent} ${label}`, { parent, label }]])))
    if (now !== undefined) names.delete(`${now.parent} ${now.label}`)
    const { directory: di } = await directory(fn)
    return (await Promise.all([...names.values()].map((name) => unexpiredAt(di, name)))).flat()
  }
}
