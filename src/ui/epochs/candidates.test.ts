import { describe, expect, it } from 'vitest'
import { epochOf, type Exclusion, type Member } from '../../core/copies/directoryCopy'
import type { CopyId, DirectoryId, ServerId } from '../../core/names'
import type { CopyState } from '../../core/requests'
import type { CopyView, TabView } from '../../tab/view'
import type { KnownCopy } from '../copies/knownCopies'
import { awaitedOf, candidatesOf, firstChoice, isSplit } from './candidates'

const di = 'aaaa' as DirectoryId
const [first, second] = [epochOf(1, 'maaaaaaa'), epochOf(2, 'mbbbbbbb')]
const member = (name: string): Member => ({ copy: `copy of ${name}` as CopyId, server: name as ServerId, name: `#${'a'.repeat(20)}/${name}` })
const exclusion = (name: string, abandoned = false): Exclusion => ({ ...member(name), known: null, abandoned })

/** A copy that answers, of the second epoch unless told otherwise. */
const known = (name: string, excluded: Exclusion[], epoch = second): KnownCopy => ({ member: member(name), state: { epoch, excluded } as CopyState, heard: 0, standing: 'answers', reason: '', round: 1 })

/** This tab is alpha; all others are connected but for those that are gone. */
function viewOf(copy: Partial<CopyView> | null, gone: readonly string[] = []): TabView {
  const links = ['beta', 'gamma', 'delta'].map((name) => ({ server: name, name, state: gone.includes(name) ? 'lost' : 'connected' }))
  return { server: { id: 'alpha', name: 'alpha' }, cut: [], links, copies: copy === null ? {} : { [di]: copy } } as unknown as TabView
}

const told = (view: TabView, copies: readonly KnownCopy[]): string[] => candidatesOf(view, di, copies).map(({ name, isMember, trouble }) => [name, isMember ? 'member' : 'left out', trouble].filter((word) => word !== '').join(' '))

describe('who can be in a new epoch', () => {
  const ring = ['alpha', 'beta'].map(member)

  it('the ring, and whom it left out and waits for; not who was abandoned', () => {
    const copy = { epoch: second, ring, excluded: [exclusion('gamma'), exclusion('delta', true)], outside: null }
    expect(told(viewOf(copy, ['gamma']), [])).toEqual(['alpha member', 'beta member', 'gamma left out lost'])
  })

  it('a server without a copy knows it from those that answer, of the newest epoch', () => {
    const copies = [known('beta', [exclusion('gamma')]), known('delta', [exclusion('beta')], first)]
    expect(told(viewOf(null), copies)).toEqual(['beta member', 'delta member', 'gamma left out'])
  })

  it('on the side that was left out: the ring that rules, and those who were left out with it', () => {
    const copy = { epoch: first, ring: ['alpha', 'beta', 'gamma', 'delta'].map(member), excluded: [], outside: { epoch: second, ring: ['beta', 'gamma'].map(member), waiting: 1, comparedAt: null } }
    expect(told(viewOf(copy), [])).toEqual(['beta member', 'gamma member', 'alpha left out', 'delta left out'])
    expect(told(viewOf(copy), [known('beta', [exclusion('alpha'), exclusion('delta', true)])])).toEqual(['beta member', 'gamma member', 'alpha left out'])
  })

  it('a server that came back with a new copy is a member, and not waited for', () => {
    expect(awaitedOf([known('beta', [exclusion('gamma'), exclusion('delta', true)]), known('gamma', [])])).toEqual([])
    expect(awaitedOf([known('beta', [exclusion('gamma')]), known('delta', [exclusion('gamma')])])).toEqual([exclusion('gamma')])
    expect(awaitedOf([known('beta', [exclusion('gamma')]), known('delta', [exclusion('gamma', true)])])).toEqual([])
  })

  it('at first those are ticked that can be reached, or everyone, or the same as before; never the one that is to go', () => {
    const candidates = candidatesOf(viewOf({ epoch: second, ring: ['alpha', 'beta', 'gamma'].map(member), excluded: [], outside: null }, ['gamma']), di, [])
    const request = { type: 'newEpoch', directory: '/', di, without: null } as const
    expect(firstChoice({ ...request, chosen: 'reachable' }, candidates)).toEqual(['alpha', 'beta'])
    expect(firstChoice({ ...request, chosen: 'all' }, candidates)).toEqual(['alpha', 'beta', 'gamma'])
    expect(firstChoice({ ...request, chosen: [member('gamma').server] }, candidates)).toEqual(['gamma'])
    expect(firstChoice({ ...request, chosen: 'reachable', without: 'beta' as ServerId }, candidates)).toEqual(['alpha'])
  })

  it('[E8] a directory is split where two rings left each other out; not where one that was left out missed some epochs', () => {
    const ruling = ['beta', 'delta'].map(member)
    const outside = (ring: string[], excluded: string[]): boolean => isSplit({ ring: ring.map(member), excluded: excluded.map((name) => exclusion(name)) }, ruling)
    expect(outside(['alpha', 'gamma'], ['beta', 'delta'])).toBe(true)
    expect(outside(['alpha', 'beta', 'delta'], [])).toBe(false)
    expect(outside(['alpha', 'beta'], ['delta'])).toBe(false)
  })
})
