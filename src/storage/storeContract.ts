/** What every store promises (SPEC §17); run by the test of each implementation. */
import { expect, it } from 'vitest'
import { encodeCopy, restoreCopy, type EncodedCopy, type CopyChange } from '../core/copies/directoryCopy'
import type { Save } from '../core/effects'
import { emptyContents, epochOf, noFields } from '../core/copies/directoryCopy'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import { timestamp, type Timestamp } from '../core/timestamp'
import type { UpdateSet } from '../core/values/intent'
import type { Store } from './store'

const directory = 'd'.repeat(20) as DirectoryId
const copyNumber = (n: number): CopyId => 'abcdef'.charAt(n).repeat(13) as CopyId
const at = (time: number): Timestamp => timestamp(time, copyNumber(1))
const encoded = (id: CopyId): EncodedCopy => ({ directory, id, fields: noFields(epochOf(1, 'aaaaaaaa'), { copy: id, server: 's'.repeat(20) as ServerId }), contents: emptyContents() })
const setOf = (n: number): UpdateSet => ({ intent: { directory, author: 'a', nonce: `nonce ${n}`, from: 0, until: 600_000, procedure: 'doUpdates', branches: [['__proto__', null, true], [`name ${n}`, null, true]] }, signature: `s${n}`, ts: at(n) })
const created = (id: CopyId): Save => ({ copy: id, directory, change: { type: 'created', copy: encoded(id) } })
const absorbed = (id: CopyId, n: number): Save => ({ copy: id, directory, change: { type: 'absorbed', sets: [setOf(n)] } })
/** A save that cannot be written: plain data never looks so. */
const unwritable = (id: CopyId): Save => {
  const change = { type: 'absorbed', sets: [] } as CopyChange & { loop?: unknown }
  change.loop = change
  return { copy: id, directory, change }
}

/** `reopen` opens the same data again, as after a crash. */
export function storeContract(open: () => Promise<{ store: Store; reopen: () => Promise<Store> }>): void {
  const [one, other] = [copyNumber(1), copyNumber(2)]

  it('is empty at first; each start is a new incarnation, over restarts too [B2]', async () => {
    const { store, reopen } = await open()
    expect(await store.load()).toEqual({ incarnation: 0, server: [], copies: [] })
    expect([await store.begin(), await store.begin()]).toEqual([1, 2])
    store.close()
    const again = await reopen()
    expect(await again.begin()).toBe(3)
    expect((await again.load()).incarnation).toBe(3)
    // Somebody else may remember more, when data was lost [B5].
    expect([await again.begin(7), await again.begin(2)]).toEqual([8, 9])
  })

  it('gives back what was committed, in order, from a new opening [P3]', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one), absorbed(one, 1), { server: { type: 'root', root: directory } }])
    await store.commit([absorbed(one, 2), created(other), { server: { type: 'name', name: 'alpha' } }])
    await store.commit([{ server: { type: 'name', name: 'beta' } }, absorbed(one, 3)])
    store.close()
    const { server, copies } = await (await reopen()).load()
    expect(server).toHaveLength(2)
    expect(server).toEqual(expect.arrayContaining([{ type: 'root', root: directory }, { type: 'name', name: 'beta' }]))
    expect(copies).toHaveLength(2)
    expect(copies.find(({ changes }) => changes.length === 4)?.changes.slice(1)).toEqual([1, 2, 3].map((n) => ({ type: 'absorbed', sets: [setOf(n)] })))
  })

  it('goes on after a restart behind what was stored: no change overwrites another', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one)])
    for (let n = 1; n <= 12; n++) await store.commit([absorbed(one, n)])
    store.close()
    const again = await reopen()
    await again.load()
    await again.commit([absorbed(one, 13)])
    const [copy] = (await again.load()).copies
    expect(copy!.changes.slice(1).map((change) => (change.type === 'absorbed' ? change.sets[0]!.ts : ''))).toEqual(Array.from({ length: 13 }, (_, i) => at(i + 1)))
  })

  it('replaces changes by a snapshot, which is the same copy [monotone]', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one), absorbed(one, 1), absorbed(one, 2)])
    const { copies } = await store.load()
    const before = copies[0]!.changes[0]!
    if (before.type !== 'created') throw new Error()
    const copy = restoreCopy({ ...before.copy, contents: { ...before.copy.contents, log: [setOf(1), setOf(2)] } })
    await store.compact(encodeCopy(copy))
    await store.commit([absorbed(one, 3)])
    store.close()
    const stored = (await (await reopen()).load()).copies
    expect(stored).toEqual([{ snapshot: encodeCopy(copy), changes: [{ type: 'absorbed', sets: [setOf(3)] }] }])
  })

  it('forgets a retired copy whole, one that never was included', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one), absorbed(one, 1), created(other)])
    await store.compact(encoded(one))
    await store.commit([absorbed(one, 2), { server: { type: 'retired', copy: one, directory } }])
    await store.commit([created(copyNumber(3)), { server: { type: 'retired', copy: copyNumber(3), directory } }])
    expect([...store.backlog().keys()]).toEqual([other])
    store.close()
    const { copies, server } = await (await reopen()).load()
    expect(server).toEqual([])
    expect(copies).toHaveLength(1)
    expect(copies[0]!.changes).toMatchObject([{ type: 'created', copy: { id: other } }])
  })

  it('a commit that fails leaves nothing behind, and the next one works [P1]', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one), absorbed(one, 1)])
    await expect(store.commit([absorbed(one, 2), { server: { type: 'name', name: 'half' } }, unwritable(other)])).rejects.toThrow()
    await store.commit([absorbed(one, 3)])
    store.close()
    const { copies, server } = await (await reopen()).load()
    expect(server).toEqual([])
    expect(copies).toHaveLength(1)
    expect(copies[0]!.changes.slice(1)).toEqual([1, 3].map((n) => ({ type: 'absorbed', sets: [setOf(n)] })))
  })

  it('tells how much has been appended to each copy since its snapshot, over restarts too', async () => {
    const { store, reopen } = await open()
    await store.commit([created(one)])
    const first = store.backlog().get(one)!.changes
    expect(first).toBeGreaterThan(100)
    for (let n = 1; n <= 5; n++) await store.commit([absorbed(one, n)])
    const { changes } = store.backlog().get(one)!
    expect(changes).toBeGreaterThan(first + 5 * 100)
    store.close()
    const again = await reopen()
    await again.load()
    const after = again.backlog().get(one)!
    expect(after.directory).toBe(directory)
    expect(after.changes).toBeGreaterThan(first + 5 * 100)
    await again.compact(encoded(one))
    expect(again.backlog().get(one)).toMatchObject({ changes: 0, snapshot: JSON.stringify(encoded(one)).length })
  })
}
