import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyLabel, directoryNumber, hostileLabels } from '../trials/generators'
import { isFailure } from './errors'
import { checkLabels, compareLabels, formatDesignator, formatLabels, formatName, formatPath, isDirectoryId, labelByteFault, labelFault, nameBelow, parseDesignator, parseName, parseStored, relativeTo, shown, utf8Length, type FullName } from './names'
import { labelsOfServer } from './server'

const anyName: fc.Arbitrary<FullName> = fc.record({
  from: fc.oneof(fc.constantFrom('/' as const, '.' as const), fc.nat().map(directoryNumber)),
  up: fc.integer({ min: 0, max: 3 }),
  labels: fc.array(anyLabel, { maxLength: 6 }),
})

const parsed = (text: string): FullName => {
  const name = parseName(text)
  if (isFailure(name)) throw new Error(name.about.reason)
  return name
}

describe('names', () => {
  it('what is written is read back, whatever the labels', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(parseName(formatName(name))).toEqual(name)
      }),
      { numRuns: 1000 },
    )
  })

  it('value designators too', () => {
    fc.assert(
      fc.property(anyName, fc.array(anyLabel, { maxLength: 6 }), (name, path) => {
        expect(parseDesignator(formatDesignator({ name, path }))).toEqual({ name, path })
      }),
      { numRuns: 1000 },
    )
  })

  it('anything else is a BadName in words, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[/.:#%*a2]{0,12}$/)), (text) => {
        for (const outcome of [parseName(text), parseDesignator(text)]) if (isFailure(outcome)) expect(outcome.code).toBe('BadName')
      }),
      { numRuns: 2000 },
    )
    expect(parseName(7 as never)).toMatchObject({ code: 'BadName' })
    expect(parseDesignator(null as never)).toMatchObject({ code: 'BadName' })
  })

  it('every bad form is refused', () => {
    const bad = ['', 'a//b', '/a/', 'a/./b', './a', '/a/.', 'a:b:c', 'a#b', 'a*', 'x%', 'x%4', 'x%41', 'x%zz', '#', '#/a', '#abc/a', `#${'1'.repeat(20)}`, `#${'a'.repeat(21)}`, 'a:b//c', 'a:b/', 'a:*', 'tab\there', 'rtl\u202Eoverride', 'lone\uD800', 'e\u0301', 'x'.repeat(256), 'é'.repeat(128), Array.from({ length: 17 }, () => 'a').join('/'), `a:${Array.from({ length: 17 }, () => 'a').join('/')}`]
    for (const text of bad) expect(parseDesignator(text), text).toMatchObject({ code: 'BadName' })
  })

  it('begin at a directory, the working root, or the working directory', () => {
    const di = directoryNumber(5)
    expect(parsed(`#${di}/DEC/SRC`)).toEqual({ from: di, up: 0, labels: ['DEC', 'SRC'] })
    expect(parsed(`#${di}`)).toEqual({ from: di, up: 0, labels: [] })
    expect(parsed('/')).toEqual({ from: '/', up: 0, labels: [] })
    expect(parsed('.')).toEqual({ from: '.', up: 0, labels: [] })
    expect(parsed('../Finance')).toEqual({ from: '.', up: 1, labels: ['Finance'] })
    expect(parsed('/DEC/../IBM')).toEqual({ from: '/', up: 0, labels: ['IBM'] })
    expect(parsed('a/../../b')).toEqual({ from: '.', up: 1, labels: ['b'] })
    expect(parsed('%2E/%2E%2E')).toEqual({ from: '.', up: 0, labels: ['.', '..'] })
    expect(parseDesignator(':./ACL')).toEqual({ name: { from: '.', up: 0, labels: [] }, path: ['.', 'ACL'] })
  })

  it('are made absolute from another, and go on upwards from where that begins', () => {
    const base = parsed('/DEC/SRC')
    expect(relativeTo(base, parsed('../Finance'))).toEqual(parsed('/DEC/Finance'))
    expect(relativeTo(base, parsed('../../IBM'))).toEqual(parsed('/IBM'))
    expect(relativeTo(base, parsed('../../../X'))).toEqual(parsed('/../X'))
    expect(relativeTo(parsed('/../X'), parsed('../../Y'))).toEqual(parsed('/../../Y'))
  })

  it('of what stands in a directory lead back there, whatever its label; a path after the colon keeps . and .. as they are', () => {
    for (const label of [...hostileLabels, '%2E', '%2E%2E']) {
      for (const directory of ['/', '/DEC', `#${directoryNumber(5)}`, '../DEC', '.']) {
        const base = parsed(directory)
        expect([label, parsed(nameBelow(directory, label))]).toEqual([label, { ...base, labels: [...base.labels, label] }])
      }
      expect(parsed(`/${formatLabels([label, 'x', label])}`)).toEqual({ from: '/', up: 0, labels: [label, 'x', label] })
      expect(parseDesignator(`:${formatPath([label, 'x', label])}`)).toMatchObject({ path: [label, 'x', label] })
    }
    expect([formatPath(['.', 'BR']), formatLabels(['.', 'BR'])]).toEqual(['./BR', '%2E/BR'])
  })

  it('identifiers are 20 characters of base32', () => {
    expect(isDirectoryId('abcdefghijklmnopqrst')).toBe(true)
    for (const text of ['abcdefghijklmnopqrs', 'abcdefghijklmnopqrs1', 'ABCDEFGHIJKLMNOPQRST', 'abcdefghijklmnopqrst\n']) expect(isDirectoryId(text)).toBe(false)
  })
})

describe('labels', () => {
  it('have 1 to 255 bytes, not characters', () => {
    expect(labelFault('x'.repeat(255))).toBeNull()
    expect(labelFault('x'.repeat(256))).toContain('255 bytes')
    expect(labelFault('名'.repeat(85))).toBeNull()
    expect(labelFault('名'.repeat(86))).toContain('255 bytes')
    expect(labelFault('🐢'.repeat(64))).toContain('255 bytes')
    expect(labelFault('')).not.toBeNull()
  })

  it('are in NFC when a client writes them; receivers of replicated updates do not ask', () => {
    expect(labelFault('e\u0301')).toContain('NFC')
    expect(labelByteFault('e\u0301')).toBeNull()
    expect(labelFault('é')).toBeNull()
    expect(parseName('/DEC/e\u0301')).toMatchObject({ code: 'BadName' })
    expect(parseStored('/DEC/e\u0301')).toEqual({ from: '/', up: 0, labels: ['DEC', 'e\u0301'] })
    expect(parseStored('/DEC/a\u0000')).toMatchObject({ code: 'BadName' })
    expect(labelsOfServer('DEC/e\u0301/alpha')).toEqual(['DEC', 'e\u0301', 'alpha'])
  })

  it('hostile ones are legal and harm nothing', () => {
    for (const label of hostileLabels) expect(labelFault(label)).toBeNull()
    expect(checkLabels(['ok', 'bad\u0000'])).toMatchObject({ code: 'BadName', about: { name: 'bad\\u0000' } })
    expect(checkLabels(Array.from({ length: 17 }, () => 'a'))).toMatchObject({ code: 'BadName' })
    expect(shown('\u202E'.repeat(50)).length).toBeLessThanOrEqual(80)
  })

  it('[V4] compare as their UTF-8 bytes do; their length in UTF-8 is counted right', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(Math.sign(compareLabels(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
        expect(utf8Length(a)).toBe(Buffer.byteLength(a))
      }),
      { numRuns: 1000 },
    )
  })
})
