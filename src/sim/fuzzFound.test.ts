/** What the fuzzer found, each with a test of its own: the message that did it, and what must be instead. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failure, MAX_ABOUT } from '../core/errors'
import { decode, encode, type Message } from '../core/messages'
import { shown, type DirectoryId, type Label } from '../core/names'
import type { Request } from '../core/requests'
import type { Tree } from '../core/values/readValue'
import { Cluster, type Member } from '../trials/cluster'
import { directoryNumber } from '../trials/generators'
import { signed } from './simServer'

/** What a server answers, at once, to a request that comes over the wire. */
function asks(cluster: Cluster, from: Member, to: Member, request: Request, id = 'id'): Extract<Message, { type: 'answer' }> | undefined {
  cluster.hand({ from, to, message: through({ type: 'request', id, request }) })
  const [answer] = cluster.lose((post) => post.from === to && post.to === from && post.message.type === 'answer')
  return answer?.message as Extract<Message, { type: 'answer' }> | undefined
}

function through<M extends Message>(message: M): M {
  const decoded = decode(encode(message))
  if ('refused' in decoded) throw new Error(decoded.refused)
  return decoded as M
}

const drafts = (directory: DirectoryId, tree: Tree, labels: Label[] = []): Request => ({ type: 'draft', directory, change: { procedure: 'setLink', under: { labels, incarnations: null }, tree, replace: false } })

describe('a request over the wire', () => {
  it('[X5] with an intent of times that no calendar has does not come in: the sentence about it would throw', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (const [from, until] of [[9_007_199_254_740_991, 9_007_199_254_740_991], [0, 8_640_000_000_000_001]] as const) {
      const intent = { ...cluster.intent(stranger, directory, 'doUpdates', [['a', null, true]]), from, until }
      expect(decode(JSON.stringify({ type: 'request', id: 'id', request: { type: 'submit', directory, signed: signed(intent) } }))).toEqual({ refused: 'not a time that a time-stamp can have' })
    }
    expect(asks(cluster, stranger, alpha, { type: 'submit', directory, signed: signed({ ...cluster.intent(stranger, directory, 'doUpdates', [['a', null, true]]), from: 0, until: 9_000_000_000_000 }) })?.failure?.code).toBe('Expired')
  })

  it('[X5] for a long name of turtles is answered: names are cut between characters, so that the answer can be read', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory, up: 0, labels: ['🐢'.repeat(60)], entity: null })?.failure?.code).toBe('NotFound')
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }).filter((text) => text.isWellFormed()), (text) => shown(text).isWellFormed()))
  })

  it('[X5] is answered also when the sentence about it were too long to be read', () => {
    for (const text of ['x'.repeat(5000), '🐢'.repeat(2500), `x${'🐢'.repeat(2500)}`]) {
      const { about } = failure('NotFound', { name: text, reason: 'none' })
      expect(about.name!.length).toBeLessThanOrEqual(MAX_ABOUT)
      expect('refused' in decode(encode({ type: 'answer', id: '', failure: failure('NotFound', { name: text }), outcome: '' }))).toBe(false)
    }
  })

  it('[X5] to set a link to true or false is a bad request, with or without a path', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (const tree of [true, false]) for (const labels of [[], ['x'], ['x', 'y']]) expect(asks(cluster, stranger, alpha, drafts(directory, tree, labels))?.failure?.code).toBe('BadRequest')
  })

  it('[X5] to set one link twenty thousand times is refused before what stands there is read as often', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (let i = 0; i < 5; i++) cluster.write(alpha, directory, ['large'], Array.from({ length: 500 }, (_, n): [Label, Tree] => [`${i} ${n}`, true]))
    const began = performance.now()
    expect(asks(cluster, stranger, alpha, drafts(directory, Array.from({ length: 20_000 }, (): [Label, Tree] => ['large', true])))?.failure?.code).toBe('BadRequest')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('[D2] to go up without end, where a directory is its own parent, ends', () => {
    const { cluster } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    const own = directoryNumber(9)
    asks(cluster, stranger, alpha, { type: 'create', directory: own, signed: signed(cluster.intent(stranger, own, 'newD', [['.', null, [['BR', null, [[own, null, [['x', null, true]]]]]]]])) })
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory: own, up: Number.MAX_SAFE_INTEGER, labels: [], entity: null })?.failure?.code).toBe('NotFound')
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory: own, up: 60, labels: [], entity: null })?.failure).toBeNull()
  })
})
