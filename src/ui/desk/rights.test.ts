import { describe, expect, it } from 'vitest'
import type { Grant } from '../../client/nameService'
import type { Right } from '../../core/auth/access'
import { isRestricted, mayAddBelow, mayAt, mayWrite, mayWriteWithin, type Own } from './rights'

const grant = (path: string, ...rights: Right[]): Grant => ({ principal: './Lampson', path, rights })
const own = (...granting: Grant[]): Own => ({ isOpen: false, owner: 'ed25519:owner', key: 'ed25519:me', names: ['./Lampson'], granting })

describe('what a person may do, by the triples that speak of it', () => {
  it('is everything in an open directory, for its owner, and while nobody has said', () => {
    const open: Own = { ...own(), isOpen: true }
    const owner: Own = { ...own(), key: 'ed25519:owner' }
    for (const each of [open, owner, null]) expect([mayWrite(each, ['.', 'Access']), mayAddBelow(each, []), mayWriteWithin(each, ['Birrell'])]).toEqual([true, true, true])
    expect([open, owner, own()].map(isRestricted)).toEqual([false, false, true])
    expect(mayWrite({ ...own(), owner: null, key: null }, ['Birrell'])).toBe(false)
  })

  it('is at each path what a pattern says of it', () => {
    const mine = own(grant('Lampson/*', 'read', 'write'), grant('*/Mailboxes', 'write'), grant('*', 'read'))
    expect([['Lampson'], ['Lampson', 'Phone'], ['Birrell', 'Mailboxes'], ['Birrell'], ['Birrell', 'Mailboxes', 'Zin'], ['.', 'Access']].map((path) => mayWrite(mine, path))).toEqual([true, true, true, false, false, false])
    expect([mayAt(mine, 'read', ['Birrell']), mayAt(mine, 'test', ['Birrell'])]).toEqual([true, false])
  })

  it('tells where a label could be added, and whether anything below could be written', () => {
    const mine = own(grant('Lampson/*', 'write'), grant('Needham/Phone', 'write'))
    expect([[], ['Lampson'], ['Lampson', 'Phone'], ['Needham'], ['Needham', 'Phone'], ['Birrell']].map((path) => mayAddBelow(mine, path))).toEqual([true, true, true, true, false, false])
    expect([['Lampson'], ['Needham'], ['Needham', 'Phone'], ['Birrell'], ['.']].map((path) => mayWriteWithin(mine, path))).toEqual([true, true, true, false, false])
    expect(mayAddBelow(own(grant('./*', 'write')), [])).toBe(false)
    expect(mayAddBelow(own(grant('./*', 'write')), ['.'])).toBe(true)
    expect(mayWriteWithin(own(grant('*/Server/*', 'write')), ['alpha'])).toBe(false)
  })

  it('is nothing by what is no pattern', () => {
    expect(mayWrite(own(grant('a//b', 'write'), grant('', 'write')), ['a'])).toBe(false)
  })
})
