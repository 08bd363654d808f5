import { describe, expect, it } from 'vitest'
import { at, copyNumber, directoryNumber, identifier, serverNumber } from '../trials/generators'
import { epochOf } from '../core/copies/directoryCopy'
import { encode, MAX_MESSAGE_BYTES, type Message } from '../core/messages'
import type { UpdateSet } from '../core/values/intent'
import { mergeSends } from './mergeSends'

const setOf = (n: number, width = 1): UpdateSet => ({
  intent: { directory: directoryNumber(1), author: 'a', nonce: identifier(n, 26), from: 0, until: 600_000, procedure: 'doUpdates', branches: Array.from({ length: width }, (_, i) => [`${String(i).padStart(5, '0')}${'名'.repeat(80)}`, null, true]) },
  signature: 's',
  ts: at(n),
})
const updates = (sets: UpdateSet[], directory = directoryNumber(1)): Message => ({ type: 'updates', directory, epoch: epochOf(1, 'aaaaaaaa'), from: copyNumber(1), sets })
const [alpha, beta] = [serverNumber(1), serverNumber(2)]
const hello: Message = { type: 'hello', root: null, name: null, rank: null }
const stamps = (message: Message): string[] => (message.type === 'updates' ? message.sets.map(({ ts }) => ts) : [])

describe('what one turn sends', () => {
  it('updates of one copy to one server that follow each other become one message, others stay apart', () => {
    const merged = mergeSends([1, 2, 3].flatMap((n) => [{ to: alpha, message: updates([setOf(n)]) }, { to: beta, message: updates([setOf(n)]) }]))
    expect(merged.map(({ to, message }) => [to, stamps(message)])).toEqual([
      [alpha, [at(1), at(2), at(3)]],
      [beta, [at(1), at(2), at(3)]],
    ])
    expect(mergeSends([{ to: alpha, message: updates([setOf(1)]) }, { to: alpha, message: updates([], directoryNumber(2)) }])).toHaveLength(2)
  })

  it('nothing overtakes: another message to the same server ends a merge', () => {
    const merged = mergeSends([
      { to: alpha, message: updates([setOf(1)]) },
      { to: beta, message: hello },
      { to: alpha, message: updates([setOf(2)]) },
      { to: alpha, message: hello },
      { to: alpha, message: updates([setOf(3)]) },
    ])
    expect(merged.map(({ to, message }) => [to, message.type, stamps(message).length])).toEqual([
      [alpha, 'updates', 2],
      [beta, 'hello', 0],
      [alpha, 'hello', 0],
      [alpha, 'updates', 1],
    ])
  })

  it('no merged message comes near a message’s limit, and none is changed that was given', () => {
    const given = Array.from({ length: 40 }, (_, i) => ({ to: alpha, message: updates([setOf(i + 1, 60)]) }))
    const merged = mergeSends(given)
    expect(merged.length).toBeGreaterThan(1)
    expect(merged.flatMap(({ message }) => stamps(message))).toEqual(given.flatMap(({ message }) => stamps(message)))
    for (const { message } of merged) expect(Buffer.byteLength(encode(message))).toBeLessThan(MAX_MESSAGE_BYTES)
    for (const { message } of given) expect(stamps(message)).toHaveLength(1)
  })
})
