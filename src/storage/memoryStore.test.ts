import { describe } from 'vitest'
import { emptyDisk, memoryStore } from './memoryStore'
import { storeContract } from './storeContract'

describe('a store in memory', () =>
  storeContract(() => {
    const disk = emptyDisk()
    return Promise.resolve({ store: memoryStore(disk), reopen: () => Promise.resolve(memoryStore(disk)) })
  }))
