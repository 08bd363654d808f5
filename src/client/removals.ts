/** RemoveD, and the removal of a whole tree of directories, from the leaves up, each step an ordinary call (SPEC §11). */
import { MARGIN } from '../core/directories/expiration'
import type { Found } from '../core/directories/lookup'
import { inForce } from '../core/entries/parents'
import { failure, NameServiceError } from '../core/errors'
import { nameBelow, type Label } from '../core/names'
import type { Entry, Outcomes } from '../core/requests'
import { shortName } from '../core/server'
import { isoTime } from '../core/timestamp'
import { ask, type Connection } from './connection'
import { formerNamesOf } from './formerNames'
import type { NameService, RemovalPreview, RemovalProgress } from './nameService'

type RemovalCalls = Pick<NameService, 'removeD' | 'previewRemoval' | 'removeTree'>

/** Names deleted in one call. */
const BATCH = 100

const of = (entries: readonly Entry[], type: Entry[1]): Label[] => entries.filter(([label, each]) => label !== '.' && each === type).map(([label]) => label)

/** The names that have not expired, and from when on each may change [W3]. */
const unexpired = (entries: readonly Entry[], nameOf: (label: Label) => string, now: number): RemovalPreview['unexpired'] =>
  entries.flatMap(([label, , , expiration]) => (expiration !== null && expiration.until + MARGIN > now ? [{ name: nameOf(label), from: expiration.until + MARGIN }] : []))

export function removalCalls(connection: Connection, service: () => NameService, directory: (fn: string) => Promise<Found>): RemovalCalls {
  const formerly = formerNamesOf(connection, service, directory)

  /** Adds up what is in a directory and below it. */
  const count = async (fn: string, sum: RemovalPreview): Promise<RemovalPreview> => {
    const [{ value: entries }, copies, former] = await Promise.all([service().entries(fn), service().copies(fn), formerly(fn)])
    sum.unexpired.push(...former)
    sum.directories++
    sum.copies += copies.length
    sum.entries += of(entries, 'entry').length + of(entries, 'link').length
    sum.servers.push(...of(entries, 'server').map((label) => nameBelow(fn, label)))
    sum.unexpired.push(...unexpired(entries, (label) => nameBelow(fn, label), connection.now()))
    for (const { member, state, reason } of copies) if (state === null) sum.missing.push(`${shortName(member.name)}, with a copy of ${fn}: ${reason}`)
    for (const label of of(entries, 'directory')) await count(nameBelow(fn, label), sum)
    return sum
  }

  /** The whole tree, and the name of its top where it lies. */
  const preview = async (fn: string): Promise<RemovalPreview> => {
    const name = inForce(await service().moves(fn))
    const beside = name === undefined ? [] : (await service().entries(`#${name.parent}`)).value.filter(([label]) => label === name.label)
    const sum = await count(fn, { directories: 0, entries: 0, copies: 0, servers: [], missing: [], unexpired: unexpired(beside, () => fn, connection.now()) })
    // A former name in the tree is one of its entries, too.
    return { ...sum, unexpired: [...new Map(sum.unexpired.map((each) => [each.name, each])).values()] }
  }

  /** All copies but one leave their rings: the one here stays, or whichever answers. */
  const keepOneCopy = async (fn: string): Promise<void> => {
    const copies = await service().copies(fn)
    const kept = copies.find(({ member }) => member.server === connection.self().id) ?? copies.find(({ state }) => state !== null)
    for (const { member } of copies) if (member.copy !== kept?.member.copy) await service().removeDC(`/${shortName(member.name)}`, fn)
  }

  return {
    async removeD(fn) {
      const { directory: di, servers } = await directory(fn)
      await ask<Outcomes['removeD']>(connection, { type: 'ask', servers, request: { type: 'removeD', directory: di } })
    },
    previewRemoval: preview,
    async removeTree(fn, { progress = () => undefined, signal } = {}) {
      const told: RemovalProgress = { directories: 0, entries: 0, at: fn }
      const tell = (more: Partial<RemovalProgress>): void => {
        Object.assign(told, more)
        progress({ ...told })
        if (signal?.aborted) throw new NameServiceError(failure('RemovalStopped', { name: fn, size: String(told.directories) }))
      }
      const remove = async (at: string): Promise<void> => {
        tell({ at })
        const { value: entries } = await service().entries(at)
        for (const label of of(entries, 'directory')) await remove(nameBelow(at, label))
        const labels = [...of(entries, 'entry'), ...of(entries, 'link')]
        for (let i = 0; i < labels.length; i += BATCH) {
          const batch = labels.slice(i, i + BATCH)
          await service().doUpdates(at, Object.fromEntries(batch.map((label) => [label, false])))
          tell({ entries: told.entries + batch.length })
        }
        await keepOneCopy(at)
        await service().removeD(at)
        tell({ directories: told.directories + 1 })
      }
      const [last] = (await preview(fn)).unexpired.toSorted((a, b) => b.from - a.from)
      if (last !== undefined) throw new NameServiceError(failure('NotExpired', { name: last.name, from: isoTime(last.from), next: `Remove ${fn} when that has passed; nothing in it was changed` }))
      await remove(fn)
      return told
    },
  }
}
