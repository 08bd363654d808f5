import { describe, expect, it } from 'vitest'
import type { JsonTree } from '../../client/nameService'
import { becoming } from './becoming'

const entry = (now: object, next: JsonTree): JsonTree => ({ ...now, TX: { '2026-09-15T00:00:00.000Z': true }, Withdrawn: { Next: next } })
const lines = (tree: JsonTree): string[] => becoming(tree).map(({ property, values }) => [property, ...values.map(({ text, fate }) => `${{ goes: '-', stays: '', comes: '+' }[fate]}${text}`)].join(' '))

describe('what a planned change makes of an entry', () => {
  it('[W3] is said property by property, what changes first', () => {
    const now = { Forwarding: { IBM: { Zin: true } }, Mailboxes: { Cab: true, Zin: true }, Phone: { '1234': true } }
    expect(lines(entry(now, { Mailboxes: { Cab: true, Pinot: true }, Phone: { '1234': true }, Room: { '12': true } }))).toEqual(['Forwarding/IBM -Zin', 'Mailboxes -Zin Cab +Pinot', 'Room +12', 'Phone 1234'])
  })

  it('[W3] may be that nothing stands in it any more, or something in itself', () => {
    expect(lines(entry({ Phone: { '1234': true } }, true))).toEqual(['Phone -1234'])
    expect(lines(entry({}, { 'Butler W. Lampson': true, 'a/b': { c: true } }))).toEqual([' +Butler W. Lampson', 'a%2Fb +c'])
  })

  it('is nothing where the plan cannot be read, whatever labels stand there', () => {
    expect(becoming({ Phone: { '1234': true } })).toEqual([])
    expect(becoming(JSON.parse('{"__proto__":{"Withdrawn":{"Next":true}}}') as JsonTree)).toEqual([])
  })
})
