import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyLabel, at, directoryNumber } from '../../trials/generators'
import { isFailure } from '../errors'
import type { Label } from '../names'
import type { Timestamp } from '../timestamp'
import { applySet, procedures, type Branch, type ProcedureName, type UpdateSet } from '../values/intent'
import { emptyTree, type ValueTree } from '../values/valueTree'
import { formatTriple, may, parseTriple, sightOf, tripleFault, tripleOf, triplesIn, whyAllowed, type Right } from './access'
import { accessFault, draftFault, isAuthorised } from './authorise'
import { principalOf } from './authentication'
import { formatPathPattern, formatPrincipalPattern, parsePathPattern, parsePrincipalPattern, type Who } from './principal'

const directory = directoryNumber(1)
const elsewhere = directoryNumber(2)
const owner = 'ed25519:owner'
const lampson = 'ed25519:lampson'
const stranger = 'ed25519:stranger'

const leaf = (label: Label): Branch => [label, null, true]
const set = (time: number, branches: readonly Branch[], author = owner, procedure: ProcedureName = 'doUpdates', chain?: UpdateSet['intent']['chain']): UpdateSet => ({ intent: { directory, author, nonce: `${time}`, from: 0, until: 600_000, procedure, branches, ...(chain && { chain }) }, signature: '', ts: at(time) })

/** A directory of `owner`, with these triples, in which the entry Lampson has a key. */
function treeWith(...triples: Label[]): ValueTree {
  const tree = emptyTree()
  const access: Branch = ['Access', null, triples.length === 0 ? true : triples.toSorted().map(leaf)]
  applySet(tree, set(1, [['.', null, [access, ['Genesis', null, [leaf(JSON.stringify(['namering genesis 1', owner, 'x', 1]))]]]]], owner, 'newD'))
  applySet(tree, set(2, [['Lampson', null, [['Keys', null, [leaf(lampson)]]]]]))
  return tree
}
const who = (tree: ValueTree, key: string): Who => () => principalOf(tree, directory, key, [], at(9))
const allowed = (tree: ValueTree, key: string, right: Right, ...path: Label[]): boolean => may(tree, who(tree, key), right, path)

describe('triples (principal pattern, path pattern, rights)', () => {
  it('have one text each, whatever the labels [A5]', () => {
    const patterns = fc.record({ principal: fc.constantFrom('*', './*', '../*', '../../IBM/TJW/Cho', `#${elsewhere}/DEC/*`, lampson), labels: fc.array(fc.oneof(anyLabel.filter((label) => label !== '.' && label !== '..'), fc.constant(null)), { minLength: 1, maxLength: 3 }), rest: fc.boolean() })
    fc.assert(
      fc.property(patterns, ({ principal, labels, rest }) => {
        const path = formatPathPattern({ labels, rest: rest || labels.at(-1) === null })
        const triple = tripleOf(principal, path, ['write', 'read'])
        if (isFailure(triple)) return expect(triple.code).toBe('BadName')
        expect(formatPrincipalPattern(triple.principal)).toBe(principal)
        expect(parseTriple(formatTriple(triple))).toEqual(triple)
        expect(parsePathPattern(path)).toEqual(triple.path)
      }),
    )
  })

  it('are refused in words when they are none', () => {
    for (const text of ['', 'Lampson', '/DEC', '#x/DEC', './a:b', './a#b', '..', 'key']) expect(parsePrincipalPattern(text), text).toMatchObject({ code: 'BadName' })
    for (const text of ['', 'a//b', 'a:b', '..']) expect(parsePathPattern(text), text).toMatchObject({ code: 'BadName' })
    expect(tripleOf('*', '*', ['own'])).toMatchObject({ code: 'BadRequest' })
    expect(tripleOf('*', '*', [])).toMatchObject({ code: 'BadRequest' })
    for (const label of ['read', 'read *', 'write,read *:*', 'own *:*', 'read *:', '__proto__', 'read  *:*']) expect(parseTriple(label), label).toBeNull()
  })

  it('of figure 2: whoever is named below a directory may read the value of Lampson, and nothing else [A5]', () => {
    const tree = treeWith('read ./*:Lampson/*')
    expect(allowed(tree, lampson, 'read', 'Lampson')).toBe(true)
    expect(allowed(tree, lampson, 'read', 'Lampson', 'Password', 'XGZQ#$')).toBe(true)
    expect(allowed(tree, lampson, 'write', 'Lampson')).toBe(false)
    expect(allowed(tree, lampson, 'read', 'Birrell')).toBe(false)
    expect(allowed(tree, stranger, 'read', 'Lampson')).toBe(false)
  })

  it('without any the directory is open; the owner is never shut out [A5]', () => {
    expect(whyAllowed(treeWith(), who(treeWith(), stranger), 'write', ['.', 'Access'])).toBe('open')
    const closed = treeWith('read *:*')
    expect(whyAllowed(closed, who(closed, owner), 'write', ['.', 'Access'])).toBe('owner')
    expect(whyAllowed(closed, who(closed, stranger), 'write', ['Lampson'])).toBeNull()
  })

  it('speak of what a directory says of itself only where they say so [A5]', () => {
    const tree = treeWith('read,write *:*')
    expect(allowed(tree, stranger, 'write', 'Lampson', 'Phone')).toBe(true)
    expect(allowed(tree, stranger, 'write', '.', 'Access')).toBe(false)
    expect(allowed(tree, stranger, 'read', '.')).toBe(false)
    expect(allowed(treeWith('write *:./*'), stranger, 'write', '.', 'Access')).toBe(true)
  })

  it('grant the union: a value may be compared, and not read; a copy of all stored, or not', () => {
    const tree = treeWith('test *:*/Password/*', 'copy ./*:*', 'read *:Lampson')
    expect(allowed(tree, stranger, 'test', 'Lampson', 'Password')).toBe(true)
    expect(allowed(tree, stranger, 'read', 'Lampson', 'Password')).toBe(false)
    expect(allowed(tree, lampson, 'copy')).toBe(true)
    expect(allowed(tree, stranger, 'copy')).toBe(false)
    expect(sightOf(tree, who(tree, stranger))(['Lampson'])).toBe(true)
    expect(sightOf(tree, who(tree, stranger))(['Lampson', 'Phone'])).toBe(false)
  })

  it('cannot all go from whom may change them [A3]', () => {
    const tree = treeWith('write ./Lampson:./*', 'read *:*')
    const change = (...triples: Branch[]): Branch => ['.', at(1), [['Access', at(1), triples]]]
    expect(tripleFault(tree, change(['write ./Lampson:./*', null, false]))).toMatchObject({ code: 'LockOut' })
    expect(tripleFault(tree, change(['read *:*', null, false]))).toBeNull()
    expect(tripleFault(tree, change(['read *:*', null, false], ['write ./Lampson:./*', null, false]))).toBeNull()
    expect(tripleFault(tree, change(['nonsense', null, true]))).toMatchObject({ code: 'BadRequest' })
    expect(triplesIn(tree)).toHaveLength(2)
  })
})

describe('updates are authorised by what all older ones say [A2]', () => {
  const closed = treeWith('write ./Lampson:Lampson/*', 'write *:*/Server/*')
  const by = (author: string, branches: readonly Branch[], procedure: ProcedureName = 'doUpdates', time = 5): boolean => isAuthorised(closed, set(time, branches, author, procedure))

  it('every node on the way that is new needs the right, and what is deleted', () => {
    expect(by(lampson, [['Lampson', at(2), [['Phone', null, [leaf('853')]]]]])).toBe(true)
    expect(by(lampson, [['Lampson', null, [leaf('Phone')]]])).toBe(true)
    expect(by(lampson, [['Lampson', null, false]])).toBe(true)
    expect(by(lampson, [['Birrell', null, [leaf('Phone')]]])).toBe(false)
    expect(by(stranger, [['Lampson', null, false]])).toBe(false)
    expect(by(lampson, [['Lampson', null, false], ['Birrell', null, true]])).toBe(false)
    expect(by(owner, [['Birrell', null, [leaf('Phone')]]])).toBe(true)
  })

  it('procedures that change what a directory says of itself need write on it', () => {
    for (const procedure of ['setInSN', 'setRooms', 'move', 'removeD'] as const) {
      expect(by(lampson, [['.', at(1), [leaf('X')]]], procedure), procedure).toBe(false)
      expect(by(owner, [['.', at(1), [leaf('X')]]], procedure), procedure).toBe(true)
    }
    expect(by(lampson, [['.', at(1), [['Access', at(1), [leaf('write *:*')]]]]], 'setAccess')).toBe(false)
    expect(by(owner, [['.', null, [leaf('X')]]], 'newD')).toBe(false)
  })

  it('[A5] a procedure is good for the names that it is for, and for no others', () => {
    const [access, genesis] = [at(1), at(1)]
    const takeOver: readonly (readonly Branch[])[] = [
      [['.', at(1), [['Access', access, [leaf('write *:./*')]]]]],
      [['.', at(1), [['Genesis', genesis, [leaf(JSON.stringify(['namering genesis 1', lampson, 'x', 1]))]]]]],
      [['.', at(1), [['Genesis', null, false]]]],
      [['.', null, [['Access', null, [leaf('write *:./*')]]]]],
      [leaf('Birrell')],
      [['Birrell', null, [['Server', null, [leaf('SI')]], leaf('Phone')]]],
    ]
    for (const procedure of procedures.filter((each) => each !== 'newD')) for (const [i, branches] of takeOver.entries()) expect(by(lampson, branches, procedure), `${procedure} ${i}`).toBe(false)
  })

  it('[W5] who may write anything announces what is to come, and takes no announcement away, nor changes one', () => {
    const child: Label = `Child.${elsewhere}`
    const maker = 'b'.repeat(20)
    const tree = treeWith('write ./Lampson:Lampson/*', 'write ./Birrell:./*')
    applySet(tree, set(3, [['Birrell', null, [['Keys', null, [leaf('ed25519:birrell')]]]]]))
    const announce = (author: string, ...below: readonly Branch[]): boolean => isAuthorised(tree, set(5, [['.', at(1), below]], author, 'announce'))
    expect(announce(lampson, [child, null, [leaf(maker)]])).toBe(true)
    expect(announce(stranger, [child, null, [leaf(maker)]])).toBe(false)
    applySet(tree, set(4, [['.', at(1), [[child, null, [leaf(maker)]]]]], lampson, 'announce'))
    const changes: readonly Branch[] = [[child, null, false], [child, null, true], [child, at(4), [leaf('c'.repeat(20))]], [child, at(4), [[maker, null, false]]]]
    for (const change of changes) {
      expect(announce(lampson, change)).toBe(false)
      expect(announce('ed25519:birrell', change)).toBe(true)
    }
    expect(announce(lampson, [`Child.${directory}`, null, [[maker, null, false]]])).toBe(false)
  })

  it('[A3] nobody is made owner after the first change, in a directory without rights neither', () => {
    const open = treeWith()
    for (const key of [lampson, owner]) {
      expect(isAuthorised(open, set(5, [['.', at(1), [['Genesis', at(1), [leaf('x')]]]]], key))).toBe(false)
      expect(isAuthorised(open, set(5, [['.', null, [leaf('Label')]]], key))).toBe(false)
      expect(isAuthorised(open, set(5, [['.', null, false]], key))).toBe(false)
      expect(isAuthorised(open, set(5, [['.', at(1), [['Label', null, [leaf('x')]]]]], key))).toBe(true)
    }
  })

  it('[W3] anybody makes a change that was planned, and no other in its name', () => {
    const tree = treeWith('read *:*')
    applySet(tree, set(3, [['Link', null, [['Withdrawn', null, [['Next', null, [['Link', null, [['To', null, [leaf('/HP')]]]]]]]]]]]))
    const carried = (to: Label): boolean => isAuthorised(tree, set(5, [['Link', null, [['Link', null, [['To', null, [leaf(to)]]]]]]], stranger, 'carryOut'))
    expect(carried('/HP')).toBe(true)
    expect(carried('/Mallory')).toBe(false)
    expect(isAuthorised(tree, set(5, [['Link', null, false]], stranger, 'carryOut'))).toBe(false)
  })

  it('a server takes a free name where servers may, and nobody takes another’s', () => {
    const named = (key: string): Branch => ['Server', null, [['Key', null, [leaf(key)]]]]
    expect(by(stranger, [['delta', null, [named(stranger)]]], 'setUpOn')).toBe(true)
    for (const procedure of procedures) expect(by(stranger, [['Lampson', at(2), [named(stranger)]]], procedure), procedure).toBe(false)
    const tree = treeWith('write *:*/Server/*')
    applySet(tree, set(3, [['alpha', null, [named('key-alpha')]]]))
    for (const procedure of procedures) for (const server of [named(stranger), ['Server', null, false] satisfies Branch, ['Server', at(3), [['Key', at(3), [leaf(stranger)]]]] satisfies Branch]) expect(isAuthorised(tree, set(5, [['alpha', at(3), [server]]], stranger, procedure)), procedure).toBe(false)
    expect(isAuthorised(tree, set(5, [['alpha', at(3), [['Server', at(3), [leaf('Up')]]]]], 'key-alpha', 'setUpOn'))).toBe(true)
    const down = (label: number | null, server: number | null, below: readonly Branch[] | false): boolean => isAuthorised(tree, set(5, [['alpha', label === null ? null : at(label), [['Server', server === null ? null : at(server), [['Down', null, below]]]]]], stranger, 'setUpOn'))
    expect(down(3, 3, [leaf('x')])).toBe(true)
    expect(down(3, null, [leaf('x')])).toBe(false)
    expect(down(null, null, [leaf('x')])).toBe(false)
    expect(down(3, 3, false)).toBe(false)
  })

  it('what a server says of itself is drawn up for it, since it signs with its own key; what else stands there is told to nobody', () => {
    const drafted = (triple: Label, isMeant: boolean, label: Label, incarnation: Timestamp | null, author = 'key-delta'): unknown => {
      const tree = treeWith(triple)
      applySet(tree, set(3, [['delta', null, [['Server', null, [['Key', null, [leaf('key-delta')]]]]]]]))
      return draftFault(tree, who(tree, stranger), { procedure: 'setUpOn', branches: [[label, incarnation, [['Server', null, [leaf('Address')]]]]], author, isMeant })
    }
    const refused = (label: Label): object => ({ type: 'failure', code: 'NoRight', about: { name: label, what: 'write' } })
    for (const isMeant of [true, false]) {
      expect(drafted('read *:*', isMeant, 'delta', at(3))).toBeNull()
      expect(drafted('write *:*/Server/*', isMeant, 'omega', null)).toBeNull()
      for (const [label, incarnation] of [['delta', at(3)], ['Lampson', at(2)], ['omega', null]] as const) expect(drafted('read *:*', isMeant, label, incarnation, 'key-omega')).toEqual(refused(label))
    }
    expect(drafted('write *:*/Server/*', false, 'Lampson', at(2))).toEqual(refused('Lampson'))
  })

  it('who is refused hears the same of what is there and what is not', () => {
    const tree = treeWith('read ./*:*')
    const refusal = (label: Label): unknown => accessFault(tree, set(5, [[label, null, false]], stranger))
    expect(refusal('Lampson')).toEqual({ type: 'failure', code: 'NoRight', about: { name: 'Lampson', what: 'write' } })
    expect(refusal('Nobody')).toEqual({ type: 'failure', code: 'NoRight', about: { name: 'Nobody', what: 'write' } })
  })

  it('an invitation adds one key, once, in time, and nothing else [A6]', () => {
    const tree = treeWith('read *:*')
    const invited = 'ed25519:invited'
    applySet(tree, set(3, [['Lampson', at(2), [['Invited', null, [[invited, null, [leaf(new Date(100).toISOString())]]]]]]]))
    const enrol = (...below: Branch[]): readonly Branch[] => [['Lampson', at(2), below]]
    const used: Branch = ['Invited', at(3), [[invited, null, false]]]
    const added: Branch = ['Keys', at(2), [leaf('ed25519:new')]]
    const may = (branches: readonly Branch[], author = invited, time = 5): boolean => isAuthorised(tree, set(time, branches, author, 'enrol'))
    expect(may(enrol(used, added))).toBe(true)
    expect(may(enrol(used, added), stranger)).toBe(false)
    expect(may(enrol(used, added), invited, 200_000)).toBe(false)
    expect(may(enrol(added))).toBe(false)
    expect(may(enrol(used, ['Keys', at(2), [leaf('a'), leaf('b')]]))).toBe(false)
    expect(may(enrol(used, ['Password', at(2), [leaf('a')]]))).toBe(false)
    expect(may(enrol(used, ['Keys', null, [leaf('ed25519:new')]]))).toBe(false)
    expect(may(enrol(['Invited', null, [[invited, null, false]]], added))).toBe(false)
    expect(may([['Lampson', null, [['Invited', null, [[invited, null, false]]], ['Keys', null, [leaf('ed25519:new')]]]]])).toBe(false)
    applySet(tree, set(5, enrol(used, added), invited, 'enrol'))
    expect(may(enrol(used, ['Keys', at(2), [leaf('ed25519:other')]]), invited, 6)).toBe(false)
  })
})
