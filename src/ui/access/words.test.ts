import { describe, expect, it } from 'vitest'
import type { Grant } from '../../client/nameService'
import type { Right } from '../../core/auth/access'
import { directoryNumber } from '../../trials/generators'
import type { Own } from '../desk/rights'
import { peopleIn } from './people'
import { administration, isSame, ownEntry, presetsFor, without, withoutOwn } from './presets'
import { entryWords, grantWords, ownWords, plain, shortKey, shortPattern, whereWords, whoWords, type Known } from './words'

const me = `ed25519:${'m'.repeat(43)}`
const lampson = `ed25519:${'l'.repeat(43)}`
const owner = `ed25519:${'o'.repeat(43)}`
const known: Known = { me, owner, entries: new Map([[lampson, ['Lampson']]]) }
const who = (pattern: string): string => plain(whoWords(pattern, known))
const where = (pattern: string): string => plain(whereWords(pattern))
const grant = (principal: string, path: string, ...rights: Right[]): Grant => ({ principal, path, rights })

describe('triples in words', () => {
  it('say who is meant', () => {
    expect(who('*')).toBe('everybody in the room')
    expect(who('./Lampson')).toBe('the entry Lampson here')
    expect(who('./*')).toBe('every entry here or below')
    expect(who('../*')).toBe('every entry in the directory above or below')
    expect(who('../../IBM/TJW/Cho')).toBe('the entry Cho in IBM/TJW in the directory 2 levels above')
    expect(who('./IBM/*')).toBe('everybody named below IBM here')
    expect(who('./*/Cho')).toBe('whoever is called */Cho here')
    expect(who(`#${directoryNumber(1)}/DEC/*`)).toBe(`everybody named below DEC in the directory #${directoryNumber(1).slice(0, 6)}…`)
    expect([me, lampson, owner, 'ed25519:else'].map(who)).toEqual(['you (by your key)', 'the key of Lampson here', 'the owner, who made this directory', 'whoever has this key'])
    expect(who('Lampson')).toBe('nobody: it is no pattern')
  })

  it('say where', () => {
    expect(['*', 'Lampson', 'Lampson/*', 'Lampson/Phone', '*/Mailboxes', '*/Mailboxes/*', '*/Server/*', './*', './Access', '.', './InSN', '*/*', 'a/*/b', ''].map(where)).toEqual([
      'every entry with all below',
      'Lampson, without what is below',
      'Lampson with all below',
      'Lampson/Phone, without what is below',
      'Mailboxes of every entry, without what is below',
      'Mailboxes of every entry with all below',
      'what an entry says of a server: a server takes its name by it',
      'what the directory says of itself, these rights too',
      'these rights',
      'the directory itself',
      'of what the directory says of itself: InSN, without what is below',
      'every entry with all below',
      'every path like a/*/b, without what is below',
      'nowhere: it is no pattern',
    ])
  })

  it('make one sentence of a triple', () => {
    expect(plain(grantWords(grant('*', '*', 'read', 'copy'), known))).toBe('Everybody in the room may read every entry with all below and store a copy of the directory.')
    expect(plain(grantWords(grant('./Lampson', 'Lampson/*', 'write', 'test'), known))).toBe('The entry Lampson here may write and compare Lampson with all below.')
    expect(plain(grantWords(grant('*', 'Lampson', 'copy'), known))).toContain('counts only with the path *')
  })

  it('cut keys and identifiers, and show hostile names harmless', () => {
    expect(shortKey(me)).toBe('ed25519:mmmmmmmm…')
    expect(shortPattern(`#${directoryNumber(1)}/DEC/*`)).toBe(`#${directoryNumber(1).slice(0, 6)}…/DEC/*`)
    expect(shortPattern('./Lampson')).toBe('./Lampson')
    expect(plain(whoWords('./a\u202Eb', known))).not.toContain('\u202E')
  })

  it('tell a person what it may do here', () => {
    const own = (...granting: Grant[]): Own => ({ isOpen: false, owner, key: me, names: [], granting })
    expect(plain(ownWords({ ...own(), isOpen: true }))).toBe('Everybody in the room may do everything here.')
    expect(plain(ownWords({ ...own(), key: owner }))).toBe('You may do everything here: you made this directory.')
    expect(plain(ownWords(own()))).toBe('You may do nothing here.')
    expect(plain(ownWords(own(grant(me, '*', 'read', 'write'), grant(me, './*', 'read', 'write'))))).toBe('You may read and write everything here.')
    expect(plain(ownWords({ ...own(grant('*', '*', 'read', 'copy'), grant('*', './*', 'read'), grant('./Lampson', 'Lampson/*', 'write', 'read')), names: ['./Lampson'] }))).toBe('You may read everything here, write Lampson with all below, and store a copy. The directory knows you as ./Lampson.')
    const mine = own(grant('*', '*', 'read'), grant('./Lampson', 'Lampson/*', 'write'), grant(me, 'Needham/Phone', 'write'))
    expect(['Lampson', 'Birrell'].map((label) => plain(entryWords(mine, label)))).toEqual(['You may read and write Lampson.', 'You may read Birrell, not write it.'])
    expect(plain(entryWords(own(grant(me, 'Needham/Phone', 'write')), 'Needham'))).toBe('You may write some of Needham.')
    expect(plain(entryWords(own(), 'Needham'))).toBe('You may neither read nor write Needham.')
  })
})

describe('presets', () => {
  it('leave somebody who may change the rights, and let servers take names where they do', () => {
    for (const inSN of [true, false]) {
      for (const { title, triples } of presetsFor({ me, mine: [], people: ['Lampson', 'a/b'], inSN })) {
        expect(triples.some((triple) => isSame(triple, administration(me))), title).toBe(true)
        expect(triples.some(({ path, rights }) => path === '*/Server/*' && rights.includes('write')), title).toBe(inSN)
        expect(triples.some(({ path, rights }) => path === '*' && rights.includes('copy')), title).toBe(true)
      }
    }
  })

  it('let each write their own entry, whatever it is called', () => {
    const [each] = presetsFor({ me, mine: [], people: ['Lampson', 'a/b'], inSN: false })
    expect(each?.triples).toContainEqual(grant('./Lampson', 'Lampson/*', 'read', 'write'))
    expect(each?.triples).toContainEqual(grant('./a%2Fb', 'a%2Fb/*', 'read', 'write'))
  })

  it('let all devices of who closes it change everything, unless others may write the entry that tells which these are', () => {
    const [each, readers, members] = presetsFor({ me, mine: ['Needham'], people: ['Lampson', 'Needham'], inSN: false })
    for (const preset of [each!, readers!]) {
      for (const triple of [grant('./Needham', '*', 'read', 'write', 'copy'), administration('./Needham')]) expect(preset.triples, preset.title).toContainEqual(triple)
      expect(preset.triples.filter(({ principal, rights }) => principal !== './Needham' && principal !== me && rights.includes('write') ).every(({ path }) => path === 'Lampson/*')).toBe(true)
    }
    expect(members!.triples.some(({ principal }) => principal === './Needham')).toBe(false)
  })

  it('leave entries that got their keys later to be let in, one by one', () => {
    const people = { labels: ['Lampson', 'Needham'], entries: new Map([[lampson, ['Lampson']], [owner, ['Needham']]]) }
    expect(withoutOwn(people, [ownEntry('Lampson')])).toEqual(['Needham'])
    expect(withoutOwn(people, [ownEntry('Lampson'), grant(owner, '*', 'write')])).toEqual([])
    expect(withoutOwn(people, [grant('*', '*', 'read')])).toEqual(['Lampson', 'Needham'])
  })

  it('set what is not there, and take away what is no part of them', () => {
    const now = [grant('*', '*', 'copy', 'read'), grant('./Birrell', '*', 'write')]
    const [, readers] = presetsFor({ me, mine: [], people: [], inSN: false })
    expect(without(now, readers!.triples)).toEqual([grant('./Birrell', '*', 'write')])
    expect(without(readers!.triples, now)).not.toContainEqual(grant('*', '*', 'read', 'copy'))
  })
})

describe('people', () => {
  it('are the entries that have keys, and no label is taken for a property of objects', () => {
    const tree = { Lampson: { Keys: { [lampson]: true }, Phone: { '853': true } }, Birrell: { Phone: { '1': true } }, constructor: true, '.': { InSN: true, Keys: { x: true } } } as const
    expect(peopleIn(tree)).toEqual({ labels: ['Lampson'], entries: new Map([[lampson, ['Lampson']]]), inSN: true })
    expect(peopleIn({ Birrell: true })).toEqual({ labels: [], entries: new Map(), inSN: false })
  })
})
