import { describe, expect, it } from 'vitest'
import { at, directoryNumber } from '../../trials/generators'
import type { DirectoryId, Label } from '../names'
import type { Certificate } from '../values/certificate'
import { applySet, type Branch } from '../values/intent'
import { emptyTree, type ValueTree } from '../values/valueTree'
import { matchesPrincipal, formatPrincipal, parsePrincipalPattern, type Principal, type PrincipalPattern } from './principal'
import { principalBy, principalOf } from './authentication'

/** ANSI above DEC and IBM; SRC below DEC, TJW below IBM. Each has an owner of its own. */
const [ansi, dec, src, ibm, tjw, other] = [1, 2, 3, 4, 5, 6].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId, DirectoryId, DirectoryId]
const ownerOf = (directory: DirectoryId): string => `ed25519:owner-of-${directory}`
const genesisOf = (directory: DirectoryId): string => JSON.stringify(['namering genesis 1', ownerOf(directory), 'x', 1])
const cho = 'ed25519:cho'
const server = 'ed25519:server'

const leaf = (label: Label): Branch => [label, null, true]
const NOW = at(500_000_000)
const LATEST = 500_000 + 900_000

/** What SRC stores: its parent is DEC; it has a child, and an entry with a key. */
function srcTree(parent = dec): ValueTree {
  const tree = emptyTree()
  const branches: Branch[] = [
    ['.', null, [['BR', null, [[parent, null, [leaf('SRC')]]]], ['Genesis', null, [leaf(genesisOf(src))]]]],
    ['Lampson', null, [['Keys', null, [leaf('ed25519:lampson')]]]],
    ['Lab', null, [['DR', null, [['DI', null, [leaf(other)]]]]]],
  ]
  applySet(tree, { intent: { directory: src, author: ownerOf(src), nonce: '', from: 0, until: 0, procedure: 'newD', branches: branches.toSorted(([a], [b]) => (a < b ? -1 : 1)) }, signature: '', ts: at(1) })
  return tree
}

const says = (directory: DirectoryId, name: Label, subject: string, issuer = ownerOf(directory), { from = 0, until = 900_000 } = {}): Certificate => ({ directory, genesis: genesisOf(directory), issuer, name, subject, from, until, signature: '' })
const speaksFor = (issuer: string, subject: string, { from = 0, until = 900_000 } = {}): Certificate => ({ directory: null, genesis: null, issuer, name: '', subject, from, until, signature: '' })

/** Up to the least common ancestor, then down: `../../IBM/TJW/Cho`. */
const wayToCho = [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'TJW', tjw), says(tjw, 'Cho', cho)]

const names = (chain: readonly Certificate[], key = cho, tree = srcTree()): string[] => principalOf(tree, src, key, chain, NOW).names.map(formatPrincipal)
const pattern = (text: string): PrincipalPattern => parsePrincipalPattern(text) as PrincipalPattern
const is = (text: string, who: Principal): boolean => matchesPrincipal(pattern(text), who)

describe('authentication without anyone trusted by all', () => {
  it('[X2] a key is the entry here that has it, and nothing else', () => {
    expect(names([], 'ed25519:lampson')).toEqual(['./Lampson'])
    expect(names([], cho)).toEqual([])
  })

  it('[X2] a chain goes up to the least common ancestor, then down; the name says who was believed', () => {
    expect(names(wayToCho)).toEqual(['../../IBM/TJW/Cho'])
    const who = principalOf(srcTree(), src, cho, wayToCho, NOW)
    expect(is('../../IBM/TJW/Cho', who)).toBe(true)
    expect(is('../../IBM/*', who)).toBe(true)
    expect(is('../../*', who)).toBe(true)
    expect(is('../*', who)).toBe(false)
    expect(is('./*', who)).toBe(false)
    expect(is(`#${ansi}/IBM/*`, who)).toBe(true)
    expect(is(`#${ibm}/TJW/Cho`, who)).toBe(true)
    expect(is(`#${dec}/*`, who)).toBe(false)
    expect(is(`#${src}/*`, who)).toBe(false)
  })

  it('[X2] down from a directory that it lists itself', () => {
    expect(names([says(other, 'Cho', cho)])).toEqual(['./Lab/Cho'])
  })

  it('[X3] a server speaks for a person by that person’s word, before and after the name', () => {
    expect(names([...wayToCho, speaksFor(cho, server)], server)).toEqual(['../../IBM/TJW/Cho'])
    expect(principalOf(srcTree(), src, server, [...wayToCho, speaksFor(cho, server)], NOW).key).toBe(cho)
    expect(names([speaksFor(ownerOf(dec), 'key-d'), says(dec, 'Cho', cho, 'key-d')])).toEqual(['../Cho'])
    expect(names([speaksFor('ed25519:lampson', server)], server)).toEqual(['./Lampson'])
  })

  it('[X3] whom the owner lets speak for a directory speaks for it, and lets nobody else', () => {
    const speaker = 'ed25519:speaker'
    expect(names([says(dec, '', speaker), says(dec, 'Cho', cho, speaker)])).toEqual(['../Cho'])
    expect(names([says(dec, 'Cho', cho, speaker)])).toEqual([])
    expect(names([says(dec, '', speaker), says(dec, '..', ansi, speaker), says(ansi, 'Cho', cho, speaker)])).toEqual([])
    expect(names([says(dec, '', speaker), says(dec, '', 'ed25519:next', speaker), says(dec, 'Cho', cho, 'ed25519:next')])).toEqual([])
    expect(names([speaksFor(ownerOf(dec), 'key-d'), says(dec, '', speaker, 'key-d'), says(dec, 'Cho', cho, speaker)])).toEqual(['../Cho'])
  })

  it('[X2] what does not hold says nothing: forged, expired, turned back, cyclic, cut short, for another key', () => {
    const mallory = 'ed25519:mallory'
    const cases: Record<string, [chain: Certificate[], key?: string]> = {
      'signed by nobody who speaks for it': [[says(dec, '..', ansi), says(ansi, 'Cho', cho, mallory)]],
      'by the owner of another directory': [[says(dec, '..', ansi), says(ansi, 'Cho', cho, ownerOf(dec))]],
      'a directory that is not the parent': [[says(ibm, '..', ansi), says(ansi, 'Cho', cho)]],
      'a wrong parent in ..': [[says(dec, '..', other), says(ansi, 'Cho', cho)]],
      'expired': [[says(dec, 'Cho', cho, ownerOf(dec), { until: 400_000 })]],
      'not valid yet': [[says(dec, 'Cho', cho, ownerOf(dec), { from: 600_000 })]],
      'one of many expired': [[...wayToCho.slice(0, 3), says(tjw, 'Cho', cho, ownerOf(tjw), { until: 1 })]],
      'for another key': [wayToCho, mallory],
      'up again after going down': [[says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, '..', ansi), says(ansi, 'Cho', cho)]],
      'up again to elsewhere': [[says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, '..', other), says(other, 'Cho', cho)]],
      'valid for longer than a quarter of an hour': [[says(dec, 'Cho', cho, ownerOf(dec), { until: LATEST + 1 })]],
      'of whom the owner lets speak for longer than a month': [[says(dec, '', 'ed25519:speaker', ownerOf(dec), { until: LATEST + 30 * 86_400_000 }), says(dec, 'Cho', cho, 'ed25519:speaker')]],
      'back into the branch just left': [[says(dec, '..', ansi), says(ansi, 'DEC', dec), says(dec, 'Cho', cho)]],
      'back to the one that judges': [[says(dec, 'SRC', src), says(src, 'Cho', cho)]],
      'a circle': [[says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'X', ansi), says(ansi, 'Cho', cho)]],
      'a link is missing': [[says(dec, '..', ansi), says(tjw, 'Cho', cho)]],
      'without an end': [wayToCho.slice(0, 3)],
      'a key as parent': [[says(dec, '..', cho)]],
      'more after the name': [[...wayToCho, says(tjw, 'Cho', mallory)], mallory],
      'a word of somebody else for a server': [[...wayToCho, speaksFor(mallory, server)], server],
      'a server without the word of who is named': [wayToCho, server],
      'no genesis': [[{ ...says(dec, 'Cho', cho), genesis: null }]],
    }
    for (const [what, [chain, key]] of Object.entries(cases)) expect(names(chain, key), what).toEqual([])
    expect(names([says(dec, 'Cho', cho, ownerOf(dec), { until: LATEST })])).toEqual(['../Cho'])
  })

  it('[X2] a compromised directory forges what passes through it, and nothing else', () => {
    const mallory = 'ed25519:mallory'
    const forged = (name: string, chain: Certificate[]): boolean => is(name, principalOf(srcTree(), src, mallory, chain, NOW))
    // IBM is compromised: it says of its own directory what it likes, of all below it too.
    expect(forged('../../IBM/Boss', [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Boss', mallory)])).toBe(true)
    expect(forged('../../IBM/TJW/Cho', [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'TJW', other), says(other, 'Cho', mallory)])).toBe(true)
    // Names by its identifier, or by that of one above it and through it, rest on it too.
    expect(forged(`#${ibm}/Boss`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Boss', mallory)])).toBe(true)
    expect(forged(`#${ibm}/TJW/Cho`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'TJW', other), says(other, 'Cho', mallory)])).toBe(true)
    expect(forged(`#${ansi}/IBM/Boss`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Boss', mallory)])).toBe(true)
    // By an identifier nobody is named who did not come by that directory, even if the directory says so itself.
    expect(forged(`#${ibm}/Boss`, [says(ibm, 'Boss', mallory)])).toBe(false)
    expect(forged(`#${tjw}/Cho`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'TJW', other), says(other, 'Cho', mallory)])).toBe(false)
    expect(forged(`#${dec}/Boss`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Boss', mallory)])).toBe(false)
    // It says nothing of SRC, DEC, ANSI, or of others below these.
    expect(forged('./Lampson', [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Lampson', mallory)])).toBe(false)
    expect(forged('../Boss', [says(ibm, 'Boss', mallory)])).toBe(false)
    expect(forged('../../Boss', [says(dec, '..', ansi), says(ibm, 'Boss', mallory)])).toBe(false)
    expect(forged(`#${ansi}/DEC/Boss`, [says(dec, '..', ansi), says(ansi, 'IBM', ibm), says(ibm, 'Boss', mallory)])).toBe(false)
  })

  it('[X2] a directory that moved goes by its new parent, and believes the old one no more', () => {
    const moved = srcTree(ibm)
    expect(names([says(dec, 'Cho', cho)], cho, moved)).toEqual([])
    expect(names([says(ibm, 'Cho', cho)], cho, moved)).toEqual(['../Cho'])
  })

  it('[X2] several chains give several names, each once', () => {
    const chains = [[], [says(dec, 'Cho', cho)], wayToCho, [says(dec, 'Cho', cho)]]
    expect(principalBy(srcTree(), src, cho, chains, NOW).names.map(formatPrincipal)).toEqual(['../Cho', '../../IBM/TJW/Cho'])
    const shown = chains.map((chain) => [...chain, speaksFor(cho, server)])
    expect(principalBy(srcTree(), src, server, shown, NOW)).toMatchObject({ key: cho, names: [{ up: 1 }, { up: 2 }] })
  })
})
