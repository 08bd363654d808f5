import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Assembly, framesOf, frameLimit, messageLimit } from './framing'

function frames(number: number, message: string) {
  const cut = framesOf(number, message)
  if (cut === null) throw new Error('too long')
  return cut
}

function changed(frame: Uint8Array, at: number, byte: number) {
  return frame.map((old, index) => (index === at ? byte : old))
}

const partLimit = frameLimit - 9

describe('frames [X4]', () => {
  it('carry any text, in any order, with other messages between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(4000)), { maxLength: 5 }), fc.func(fc.nat()), (texts, order) => {
        const messages = texts.map(([text, times]) => text.repeat(times))
        const assembly = new Assembly()
        const sent = messages.flatMap((message, number) => frames(number, message))
        const shuffled = sent.map((frame, at) => ({ frame, key: order(at) })).toSorted((a, b) => a.key - b.key)
        const got = shuffled.map(({ frame }) => assembly.accept(frame, 0)).flatMap((each) => (each.type === 'message' ? [each.message] : []))
        expect(got.toSorted()).toEqual(messages.toSorted())
        expect(assembly.held).toEqual({ messages: 0, bytes: 0 })
      }),
      { numRuns: 50 },
    )
  })

  it('are at most 16 KiB, and a message at most 1 MiB of UTF-8', () => {
    const full = frames(1, 'x'.repeat(messageLimit))
    expect(Math.max(...full.map((frame) => frame.length))).toBe(frameLimit)
    const assembly = new Assembly()
    expect(full.map((frame) => assembly.accept(frame, 0)).at(-1)).toEqual({ type: 'message', message: 'x'.repeat(messageLimit) })
    expect(framesOf(1, 'x'.repeat(messageLimit + 1))).toBeNull()
    expect(framesOf(1, 'é'.repeat(messageLimit / 2 + 1))).toBeNull()
  })

  it('refuse everything hostile and keep nothing of it', () => {
    const [first, second] = frames(7, 'x'.repeat(partLimit + 5))
    if (first === undefined || second === undefined) throw new Error('two frames expected')
    const hostile = [
      new Uint8Array(),
      first.subarray(0, 8),
      new Uint8Array(frameLimit + 1),
      changed(first, 0, 0x7b),
      changed(first, 8, 0),
      changed(first, 7, 255),
      changed(first, 6, 9),
      first.subarray(0, first.length - 1),
      second.subarray(0, 9),
      Uint8Array.of(0x4d, 0, 0, 0, 1, 0, 0, 0, 1, 0xff),
    ]
    const assembly = new Assembly()
    for (const frame of hostile) expect(assembly.accept(frame, 0).type).toBe('refused')
    expect(assembly.held).toEqual({ messages: 0, bytes: 0 })
  })

  it('refuse a part sent twice and parts that disagree', () => {
    const [first] = frames(7, 'x'.repeat(partLimit + 5))
    const [other] = frames(7, 'x'.repeat(2 * partLimit + 5))
    if (first === undefined || other === undefined) throw new Error('frames expected')
    const assembly = new Assembly()
    expect(assembly.accept(first, 0).type).toBe('pending')
    expect(assembly.accept(first, 0)).toEqual({ type: 'refused', reason: 'a frame sent twice' })
    expect(assembly.accept(other, 0)).toEqual({ type: 'refused', reason: 'frames of one message that disagree' })
  })

  it('hold a bounded number of unfinished messages and bytes, for a bounded time', () => {
    const assembly = new Assembly({ messages: 3, bytes: 4 * partLimit, patience: 1000 })
    for (let number = 0; number < 100; number++) {
      const [first] = frames(number, 'x'.repeat(partLimit + 1))
      if (first !== undefined) assembly.accept(first, 0)
      expect(assembly.held.messages).toBeLessThanOrEqual(3)
    }
    const large = frames(1000, 'x'.repeat(10 * partLimit))
    for (const frame of large.slice(1)) {
      assembly.accept(frame, 0)
      expect(assembly.held.bytes).toBeLessThanOrEqual(4 * partLimit)
    }
    const [late] = frames(2000, 'x'.repeat(partLimit + 1))
    if (late !== undefined) assembly.accept(late, 1001)
    expect(assembly.held.messages).toBe(1)
  })
})
