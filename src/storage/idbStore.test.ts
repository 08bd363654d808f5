import 'fake-indexeddb/auto'
import { deleteDB, openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { openIdbStore } from './idbStore'
import { storeContract } from './storeContract'

let databases = 0
const quiet = { made: (): void => undefined, lost: (): void => undefined, blocked: (): void => undefined }

describe('a store in IndexedDB', () => {
  storeContract(async () => {
    const name = `store ${databases++}`
    return { store: await openIdbStore(name, quiet), reopen: () => openIdbStore(name, quiet) }
  })

  it('gives way to a newer version of the page, and says so', async () => {
    const name = `store ${databases++}`
    const said: string[] = []
    await openIdbStore(name, { ...quiet, lost: (reason) => said.push(reason) })
    const newer = await openDB(name, 99)
    expect(said).toEqual([expect.stringContaining('newer version')])
    newer.close()
  })

  it('[B5] gives way to who deletes it, says so, and says the next time that it is a new one', async () => {
    const name = `store ${databases++}`
    const said: string[] = []
    const trouble = { ...quiet, made: () => said.push('made'), lost: (reason: string) => said.push(reason) }
    const store = await openIdbStore(name, trouble)
    await store.begin()
    await deleteDB(name)
    expect(said).toEqual(['made', expect.stringContaining('was deleted')])
    await expect(store.commit([{ server: { type: 'name', name: 'x' } }])).rejects.toThrow()
    const again = await openIdbStore(name, trouble)
    expect(said.slice(2)).toEqual(['made'])
    expect(await again.load()).toEqual({ incarnation: 0, server: [], copies: [] })
    again.close()
    await openIdbStore(name, trouble)
    expect(said).toHaveLength(3)
  })

  it('after it was closed a commit fails instead of pretending', async () => {
    const store = await openIdbStore(`store ${databases++}`, quiet)
    store.close()
    await expect(store.commit([{ server: { type: 'name', name: 'x' } }])).rejects.toThrow()
  })
})
