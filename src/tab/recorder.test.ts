import { describe, expect, it } from 'vitest'
import { emptyContents, restoreCopy, type EncodedCopy } from '../core/copies/directoryCopy'
import type { ServerId } from '../core/names'
import { createServer, type Server } from '../core/server'
import { encodeStill, takeStill } from '../core/tape'
import { emptyTree } from '../core/values/valueTree'
import { Recorder, MOST_TAPED } from './recorder'

const server = (name: string): Server => createServer({ id: 'a'.repeat(20) as ServerId, key: 'ed25519:x', incarnation: 1, seed: [1, 2, 3, 4], name, root: null, wantsRoot: true })

/** Stands for a copy with so many nodes. */
const holding = (live: number) => ({ ...restoreCopy({ directory: 'd', id: 'c', fields: {}, contents: emptyContents() } as unknown as EncodedCopy), visible: { ...emptyTree(), live } }) as never

/** The kinds of its lines after the first: the server once more, the server restored, or an input at its time. */
const kinds = (recorder: Recorder, of: Server): unknown[] => recorder.lines(of)!.slice(1).map((line) => {
  const { at, restored, still } = JSON.parse(line) as { at?: number; restored?: boolean; still?: unknown }
  return at ?? (still === undefined ? 'nothing' : restored ? 'restored' : 'still')
})

describe('the recorder', () => {
  it('writes what the server was, its inputs, and what it is now', () => {
    const recorder = new Recorder()
    const alpha = server('alpha')
    expect(recorder.lines(alpha)).toBeNull()
    recorder.take(alpha, 1000, { type: 'tick' })
    recorder.take(alpha, 1500, { type: 'tick' })
    expect(recorder.lines(alpha)![0]).toBe('{"tape":1}')
    expect(kinds(recorder, alpha)).toEqual(['still', 1000, 1500, 'still'])
    expect(recorder.lines(alpha)!.at(-1)).toBe(`{"restored":false,"still":${encodeStill(takeStill(alpha))}}`)
  })

  it('keeps two reels of two minutes', () => {
    const recorder = new Recorder()
    const alpha = server('alpha')
    for (const at of [0, 60_000, 120_000, 200_000, 240_000]) recorder.take(alpha, at, { type: 'tick' })
    expect(kinds(recorder, alpha)).toEqual(['still', 120_000, 200_000, 'still', 240_000, 'still'])
  })

  it('begins a reel when there is much on the last', () => {
    const recorder = new Recorder()
    const alpha = server('alpha')
    for (let at = 0; at < 5; at++) recorder.take(alpha, at, { type: 'disconnected', server: alpha.id, reason: 'x'.repeat(100_000) })
    expect(kinds(recorder, alpha)).toEqual(['still', 2, 3, 'still', 4, 'still'])
  })

  it('says where the server was restored from its store', () => {
    const recorder = new Recorder()
    recorder.take(server('alpha'), 0, { type: 'tick' })
    recorder.cut(server('alpha'), 10)
    recorder.take(server('alpha'), 20, { type: 'start' })
    expect(kinds(recorder, server('alpha'))).toEqual(['still', 0, 'restored', 20, 'still'])
  })

  it('holds on to nothing of a server that stores more than a tape may tell', () => {
    const recorder = new Recorder()
    const alpha = server('alpha')
    recorder.take(alpha, 0, { type: 'tick' })
    alpha.copies.set('d' as never, holding(MOST_TAPED + 1))
    recorder.take(alpha, 130_000, { type: 'tick' })
    expect(recorder.lines(alpha)).toBeNull()
  })

  it('[G1] forgets with the copies: when most of what they held is gone, so is the tape of it', () => {
    const recorder = new Recorder()
    const alpha = server('alpha')
    alpha.copies.set('d' as never, holding(1000))
    recorder.take(alpha, 0, { type: 'tick' })
    recorder.take(alpha, 10, { type: 'tick' })
    recorder.shed(alpha)
    expect(kinds(recorder, alpha)).toEqual(['still', 0, 10, 'still'])
    alpha.copies.delete('d' as never)
    recorder.shed(alpha)
    recorder.take(alpha, 20, { type: 'tick' })
    expect(kinds(recorder, alpha)).toEqual(['still', 20, 'still'])
  })
})
