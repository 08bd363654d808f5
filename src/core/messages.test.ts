import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, copyNumber, directoryNumber, identifier } from '../trials/generators'
import { anyMessage, messageOf, messageTypes } from '../trials/messages'
import { epochOf } from './copies/directoryCopy'
import { certificatesIn, decode, encode, MAX_MESSAGE_BYTES, signedIn, type Message } from './messages'
import type { Branch, UpdateSet } from './values/intent'

const directory = directoryNumber(1)
const setOf = (branches: unknown, changes: object = {}, intent: object = {}): UpdateSet =>
  ({ intent: { directory, author: 'key', nonce: identifier(1, 26), from: 0, until: 600_000, procedure: 'doUpdates', branches, ...intent }, signature: 's', ts: at(100), ...changes }) as UpdateSet
const updates = (...sets: UpdateSet[]): string => JSON.stringify({ type: 'updates', directory, epoch: epochOf(1, 'aaaaaaaa'), from: copyNumber(1), sets })
const refusal = (wire: string): string => {
  const outcome = decode(wire)
  return 'refused' in outcome ? outcome.refused : 'accepted'
}

describe.each(messageTypes)('a message %s', (type) => {
  it('[X5] encodes and decodes to itself, and its text re-encodes to the same bytes', () => {
    fc.assert(
      fc.property(messageOf(type), (message) => {
        const wire = encode(message)
        expect(decode(wire)).toEqual(message)
        expect(encode(decode(wire) as Message)).toBe(wire)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the decoder at the door', () => {
  it('[X5] 20,000 spoilt messages: it never throws, and what it accepts re-encodes to the same bytes', () => {
    let accepted = 0
    const spoil = (wire: string, kind: number, where: number, what: string): string => {
      const i = where % (wire.length + 1)
      switch (kind % 6) {
        case 0:
          return wire.slice(0, i) + what + wire.slice(i + 1)
        case 1:
          return wire.slice(0, i) + wire.slice(i + 1 + (where % 7))
        case 2:
          return wire.slice(0, i) + what + wire.slice(i)
        case 3:
          return wire.slice(0, i) + wire.slice(where % (i + 1), i) + wire.slice(i)
        case 4:
          return wire.replaceAll(/"[a-z]{2,9}":/g, (key) => (where++ % 11 === 0 ? '"__proto__":' : key))
        default:
          return wire.replaceAll(/(?<=:)(?:"[^"]*"|\d+|null|true|false)/g, (value) => (where++ % 13 === 0 ? what : value))
      }
    }
    const scraps = fc.constantFrom('', '"', '{', '}', '[', ']', ',', 'null', '-0', '1e99', '0.5', '"\\u0000"', '"__proto__"', '[[[[]]]]', '{}', '\\ud800', ' ', '9', '\u202E', 'true', '{"__proto__":{"type":"hello"}}')
    fc.assert(
      fc.property(anyMessage, fc.array(fc.tuple(fc.nat(), fc.nat(), scraps), { minLength: 1, maxLength: 3 }), (message, spoilings) => {
        let wire = encode(message)
        for (const [kind, where, what] of spoilings) {
          wire = spoil(wire, kind, where, what)
          const outcome = decode(wire)
          if ('refused' in outcome) continue
          accepted++
          expect(encode(outcome)).toBe(wire)
        }
      }),
      { numRuns: 10_500 },
    )
    expect(accepted).toBeGreaterThan(100)
    expect(({} as { type?: string }).type).toBeUndefined()
  })

  it('[X5] any text at all is refused in words or is a message', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.jsonValue().map((value) => JSON.stringify(value))), (wire) => {
        expect(refusal(wire)).not.toBe('accepted')
      }),
      { numRuns: 2000 },
    )
  })

  it('[X5] keys that belong to every object are no fields', () => {
    for (const wire of ['{"__proto__":{"type":"hello","root":null,"name":null}}', '{"type":"hello","root":null,"__proto__":null}', '{"type":"__proto__"}', '{"type":"constructor"}', '{"type":"toString"}', '{"type":"hello","root":null,"name":null,"__proto__":{"polluted":true}}']) expect(refusal(wire)).not.toBe('accepted')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    const about = (text: string): string => `{"type":"answer","id":"a","failure":{"type":"failure","code":"NotFound","about":${text}},"outcome":"","elsewhere":[]}`
    expect(refusal(about('{"name":"x"}'))).toBe('accepted')
    expect(refusal(about('{"__proto__":"x"}'))).toBe('unknown data in a failure')
  })

  it('[X5] deep nesting and too large texts are refused before anything is built', () => {
    expect(refusal('['.repeat(500_000))).toBe('not JSON')
    expect(refusal('['.repeat(400_000) + ']'.repeat(400_000))).not.toBe('accepted')
    expect(refusal('{"type":'.repeat(80_000) + '1' + '}'.repeat(80_000))).not.toBe('accepted')
    expect(refusal(`"${'x'.repeat(MAX_MESSAGE_BYTES)}"`)).toBe('larger than 1 MiB')
    const deep = (levels: number): Branch[] => [['a', null, levels === 1 ? true : deep(levels - 1)]]
    expect(refusal(updates(setOf(deep(16))))).toBe('accepted')
    expect(refusal(updates(setOf(deep(17))))).toBe('too deep')
  })

  it('[X5] one form only: other spellings of the same are refused', () => {
    const wire = encode({ type: 'hello', root: directory, name: 'é', rank: -1 })
    for (const other of [` ${wire}`, wire.replace('é', '\\u00e9'), wire.replace('"type":"hello",', '').replace('}', ',"type":"hello"}'), `${wire.slice(0, -1)},"name":"é"}`]) expect(refusal(other)).toBe('not in canonical form')
  })

  it('[X5] branches have one form: labels ascending and distinct, nothing empty, what is below a new node is new', () => {
    const bad: [string, unknown][] = [
      ['labels out of order', [['b', null, true], ['a', null, true]]],
      ['labels out of order', [['a', null, true], ['a', null, true]]],
      ['labels out of order', [['\u{10000}', null, true], ['\uE000', null, true]]],
      ['an empty branch', [['a', null, []]]],
      ['a leaf of an intent is new', [['a', at(1), true]]],
      ['what stands below a new node is new', [['a', null, [['b', at(1), [['c', null, true]]]]]]],
      ['what stands below a new node is new', [['a', null, [['b', null, false]]]]],
      ['not a branch', [['a', null]]],
      ['not a label', [['a\u0000', null, true]]],
    ]
    for (const [reason, branches] of bad) expect(refusal(updates(setOf(branches)))).toBe(reason)
  })

  it('[T2] time-stamps that decrease along a path are refused, so no stamp hides one from the future', () => {
    const below = (...stamps: number[]): unknown => stamps.reduceRight<unknown>((deeper, time) => [['a', at(time), deeper]], [['b', null, true]])
    expect(refusal(updates(setOf(below(10, 20, 99))))).toBe('accepted')
    for (const branches of [below(20, 10), below(100), below(101), below(1, 500)]) expect(refusal(updates(setOf(branches)))).toBe('time-stamps that decrease along a path')
  })

  it('[A1] a stamp lies in the validity of its intent, of ten minutes at most: nobody stamps an old intent again', () => {
    const set = (ms: number, from: number, until: number): string => updates(setOf([['a', null, true]], { ts: at(ms * 1000) }, { from, until }))
    expect(refusal(set(5, 5, 5))).toBe('accepted')
    expect(refusal(set(4, 5, 10))).toBe('a stamp outside the validity of its intent')
    expect(refusal(set(11, 5, 10))).toBe('a stamp outside the validity of its intent')
    expect(refusal(set(5, 0, 600_001))).toBe('an intent valid for more than 10 minutes')
  })

  it('[A1] a set signed for one directory is not carried into another, by no message', () => {
    fc.assert(
      fc.property(fc.constantFrom('updates' as const, 'readPage' as const, 'writeSweep' as const, 'snapshotPage' as const).chain(messageOf), (message) => {
        const elsewhere = { ...message, directory: directoryNumber(2 ** 31 + 5) }
        const outcome = decode(JSON.stringify(elsewhere))
        expect('refused' in outcome).toBe(signedIn(message).length > 0)
      }),
      { numRuns: 200 },
    )
  })

  it('[A1] names every signed intent and certificate it carries, for the host to verify: updates, pages with their proofs, requests', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const signatures = [...encode(message).matchAll(/"signature":/g)].length
        expect(signedIn(message).length + certificatesIn(message).length).toBe(signatures)
      }),
      { numRuns: 600 },
    )
  })
})
