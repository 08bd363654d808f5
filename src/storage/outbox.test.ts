import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import type { Kept } from '../core/copies/durability'
import { at, copyNumber, directoryNumber, serverNumber } from '../trials/generators'
import { openOutbox } from './outbox'

const kept = (time: number): Kept => ({
  directory: directoryNumber(1),
  ts: at(time),
  ring: [{ copy: copyNumber(1), server: serverNumber(1) }],
  level: 'quorum',
  set: { intent: { directory: directoryNumber(1), author: 'person', nonce: 'a'.repeat(26), from: 0, until: 600_000, procedure: 'doUpdates', branches: [['__proto__', null, true]] }, signature: 's', ts: at(time) },
})

it('[P12] what is kept is there for whoever opens the room again, until it is dropped; other rooms do not see it', async () => {
  const before = await openOutbox('room')
  const [one, two] = [kept(100), kept(200)]
  await Promise.all([before.keep(one), before.keep(two), before.keep(two)])
  await (await openOutbox('room 2')).keep(kept(300))
  const after = await openOutbox('room')
  expect(await after.load()).toEqual([one, two])
  await after.drop(one)
  await after.drop(one)
  expect(await before.load()).toEqual([two])
})
