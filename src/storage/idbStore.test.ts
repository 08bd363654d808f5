import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { openIdbStore } from './idbStore'
import { storeContract } from './storeContract'

let databases = 0
const quiet = { lost: (): void => undefined, blocked: (): void => undefined }

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

  it('after it was closed a commit fails instead of pretending', async () => {
    const store = await openIdbStore(`store ${databases++}`, quiet)
    store.close()
    await expect(store.commit([{ server: { type: 'name', name: 'x' } }])).rejects.toThrow()
  })
})
