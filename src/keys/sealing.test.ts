import { describe, expect, it } from 'vitest'
import { fromUtf8, toUtf8 } from './encoding'
import { agree, newExchange, openNote, roomKeys, sealNote } from './sealing'

describe('room keys', () => {
  it('are the same for all who know the room, and tell nothing of it', async () => {
    const one = await roomKeys('garden')
    const two = await roomKeys('garden')
    const other = await roomKeys('gardens')
    expect(one.topic).toBe(two.topic)
    expect(one.topic).not.toBe(other.topic)
    expect(one.topic).toMatch(/^[\w-]{43}$/)
    const sealed = await sealNote(one.noteKey, 'hello')
    expect(await openNote(two.noteKey, sealed)).toBe('hello')
    expect(await openNote(other.noteKey, sealed)).toBeNull()
  })

  it('seal differently each time and refuse what was changed', async () => {
    const { noteKey } = await roomKeys('garden')
    const sealed = await sealNote(noteKey, 'hello')
    expect(await sealNote(noteKey, 'hello')).not.toBe(sealed)
    expect(await openNote(noteKey, sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')))).toBeNull()
    expect(await openNote(noteKey, '')).toBeNull()
    expect(await openNote(noteKey, 'no note at all')).toBeNull()
  })
})

async function twoSeals() {
  const caller = await newExchange()
  const answerer = await newExchange()
  const atCaller = await agree(caller, answerer.publicText, 'caller', 'link 1')
  const atAnswerer = await agree(answerer, caller.publicText, 'answerer', 'link 1')
  if (atCaller === null || atAnswerer === null) throw new Error('no agreement')
  return { atCaller, atAnswerer, caller, answerer }
}

describe('sealed frames', () => {
  it('travel both ways', async () => {
    const { atCaller, atAnswerer } = await twoSeals()
    const there = await atAnswerer.open(await atCaller.seal(toUtf8('there')))
    const back = await atCaller.open(await atAnswerer.seal(toUtf8('back')))
    expect(there && fromUtf8(there)).toBe('there')
    expect(back && fromUtf8(back)).toBe('back')
  })

  it('are refused when replayed, late, reflected or changed; a lost one harms nothing', async () => {
    const { atCaller, atAnswerer } = await twoSeals()
    const first = await atCaller.seal(toUtf8('1'))
    const second = await atCaller.seal(toUtf8('2'))
    await atCaller.seal(toUtf8('lost'))
    const fourth = await atCaller.seal(toUtf8('4'))
    expect(await atAnswerer.open(second)).toEqual(toUtf8('2'))
    expect(await atAnswerer.open(second)).toBeNull()
    expect(await atAnswerer.open(first)).toBeNull()
    expect(await atCaller.open(fourth)).toBeNull()
    const changed = fourth.map((byte, at) => (at === fourth.length - 1 ? byte ^ 1 : byte))
    expect(await atAnswerer.open(changed)).toBeNull()
    expect(await atAnswerer.open(fourth)).toEqual(toUtf8('4'))
  })

  it('end with the last one, which can wait', async () => {
    const { atCaller, atAnswerer } = await twoSeals()
    const last = await atCaller.sealLast(toUtf8('bye'))
    expect(await atAnswerer.open(await atCaller.seal(toUtf8('1')))).toEqual(toUtf8('1'))
    expect(await atAnswerer.open(last)).toEqual(toUtf8('bye'))
    expect(await atAnswerer.open(await atCaller.seal(toUtf8('2')))).toBeNull()
  })

  it('need the same context and a true point of the curve', async () => {
    const { atCaller, caller, answerer } = await twoSeals()
    const elsewhere = await agree(answerer, caller.publicText, 'answerer', 'link 2')
    expect(await elsewhere?.open(await atCaller.seal(toUtf8('x')))).toBeNull()
    expect(await agree(answerer, 'AAAA', 'answerer', 'link 1')).toBeNull()
    expect(await agree(answerer, '!', 'answerer', 'link 1')).toBeNull()
  })
})
