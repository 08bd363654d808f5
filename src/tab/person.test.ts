import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { DirectoryId } from '../core/names'
import { sealBackup } from '../keys/backup'
import { newPortableKey } from '../keys/portable'
import { newSigningPair } from '../keys/signing'
import { openBrowserIndex, personOf, type BrowserIndex } from '../storage/browserIndex'
import { Person } from './person'

const room = 'a'.repeat(26)
const elsewhere = 'b'.repeat(26)
const root = 'c'.repeat(20) as DirectoryId
const lampson = `#${root}/Lampson`

let index: BrowserIndex
let channels: BroadcastChannel[]
beforeEach(async () => {
  index = await openBrowserIndex()
  await Promise.all([index.clear('rooms'), index.clear('person')])
  for (const id of [room, elsewhere]) await index.put('rooms', { id, madeHere: true, root, lastUsed: 7 })
  channels = []
  const Real = BroadcastChannel
  vi.stubGlobal(
    'BroadcastChannel',
    class extends Real {
      constructor(name: string) {
        super(name)
        channels.push(this)
      }
    },
  )
})
afterEach(() => {
  for (const channel of channels) channel.close()
  vi.unstubAllGlobals()
  index.close()
})

/** A tab of this browser; its others hear of what it says. */
async function open(id = room): Promise<{ person: Person; changes: () => number; done: () => Promise<void> }> {
  let changes = 0
  let last = Promise.resolve()
  const person = await Person.of(index, id, await personOf(index, newSigningPair), { changed: () => changes++, remember: (put) => void (last = put) })
  return { person, changes: () => changes, done: () => last }
}

it('a name is that of all tabs in its room, and of later ones', async () => {
  const [one, other] = [await open(), await open()]
  expect([one.person.entry, one.person.isAsked]).toEqual([null, true])
  one.person.entry = lampson
  await one.done()
  await vi.waitFor(() => expect(other.person.entry).toBe(lampson))
  expect(other.changes()).toBeGreaterThan(0)
  expect(other.person.home).toEqual({ from: root, up: 0, labels: ['Lampson'] })
  expect((await open()).person.entry).toBe(lampson)
  expect((await open(elsewhere)).person.isAsked).toBe(true)
  expect(await index.get('rooms', room)).toMatchObject({ madeHere: true, root, me: lampson })
})

it('a name that was put off is not asked for again', async () => {
  const one = await open()
  one.person.entry = null
  await one.done()
  expect((await open()).person.isAsked).toBe(false)
})

it('[K3] a backup is a key of the entry before it is a file, and makes another browser that person in all its tabs', async () => {
  const [one, other] = [await open(), await open(elsewhere)]
  other.person.entry = `#${root}/Needham`
  await other.done()
  let added = ''
  const file = await one.person.backUp(lampson, 'four words in a row', (key) => Promise.resolve((added = key)))
  await expect(one.person.backUp(lampson, 'four words in a row', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now')
  expect(await one.person.restore(file, 'four words in a row')).toEqual({ entry: lampson, room })
  expect(one.person.keys).toMatchObject({ keyText: added, privateKey: { extractable: false } })
  expect(one.person.entry).toBe(lampson)
  // Its names in other rooms were those of the key that is gone.
  await vi.waitFor(() => expect(other.person.keys.keyText).toBe(added))
  expect([other.person.entry, other.person.isAsked]).toEqual([null, true])
  expect(other.person.fingerprint).toBe(one.person.fingerprint)
}, 30_000)

it('[K3] what is no backup of a room changes nothing, and says so in words', async () => {
  const { person } = await open()
  const before = person.keys.keyText
  const strange = await sealBackup({ ...(await newPortableKey()), room: 'nowhere', entry: lampson }, 'x', 0)
  await expect(person.restore(strange, 'x')).rejects.toThrow('This backup is damaged')
  await expect(person.restore(strange, 'y')).rejects.toThrow('The passphrase is not the one of this backup')
  await expect(person.restore('{}', 'x')).rejects.toThrow('This file is no backup')
  await expect(person.restore(strange.replace('"version": 1', '"version": 7'), 'x')).rejects.toThrow('another version')
  expect(person.keys.keyText).toBe(before)
  expect((await index.get('person', 'me'))?.keyText).toBe(before)
}, 30_000)
