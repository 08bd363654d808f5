/** The largest messages that the door lets in, each made so that a careless handler takes long or grows: work, not bytes. */
import { MAX_MESSAGE_BYTES, type Message } from '../core/messages'
import type { DirectoryId, Label } from '../core/names'
import { BEGINNING, timestamp } from '../core/timestamp'
import type { Tree } from '../core/values/readValue'
import type { Branch, Intent, UpdateSet } from '../core/values/intent'
import { generate } from './fuzzGrammar'
import type { Scene } from './fuzzScene'
import { signature } from './simServer'

/** Characters left for what stands around the lists. */
const ROOM = MAX_MESSAGE_BYTES - 60_000

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))

function intentOf(s: Scene, at: number, branches: readonly Branch[]): Intent {
  const from = Math.max(0, Math.floor(at / 1000) - 300_000)
  return { directory: s.directory, author: s.from.key, nonce: s.random.id(26), from, until: from + 600_000, procedure: 'doUpdates', branches }
}

function setAt(s: Scene, time: number, branches: readonly Branch[], origin = s.aCopy()): UpdateSet {
  const intent = intentOf(s, time, branches)
  return { intent, signature: signature(intent), ts: timestamp(time, origin) }
}

/** As many sets as a message holds. */
function fill(make: (i: number) => UpdateSet): UpdateSet[] {
  const sets: UpdateSet[] = []
  for (let room = ROOM; room > 0; ) {
    const set = make(sets.length)
    room -= JSON.stringify(set).length + 1
    if (room > 0) sets.push(set)
  }
  return sets
}

const updates = (s: Scene, sets: UpdateSet[]): Message => ({ ...generate(s, 'updates'), directory: s.directory, epoch: s.copy?.epoch ?? 'none', from: s.sender(), sets }) as Message
const micros = (s: Scene): number => Math.floor(s.now * 1000)
const draft = (s: Scene, procedure: 'doUpdates' | 'setLink', labels: Label[], tree: Tree): Message => ({ type: 'request', id: s.random.id(16), request: { type: 'draft', directory: s.directory, change: { procedure, under: { labels, incarnations: null }, tree, replace: false } } })

export const bombs: { [name: string]: (s: Scene) => string | Message } = {
  'updates that wait for what never was, others between them': (s) => {
    const never = timestamp(micros(s) - 1_000_000, s.aCopy())
    return updates(s, fill((i) => setAt(s, micros(s) + i, i % 2 === 0 ? [['never', never, [[`w${i}`, null, true]]]] : [[`n${s.random.below(50)}`, null, true]])))
  },
  'one intent, stamped again and again, each time earlier': (s) => {
    const set = setAt(s, micros(s), [['again', null, true]])
    return updates(s, fill((i) => ({ ...set, ts: timestamp(micros(s) - i, s.aCopy()) })))
  },
  'updates from the future': (s) => updates(s, fill((i) => setAt(s, micros(s) + 400_000_000 + i, [[`f${i}`, null, true]]))),
  'updates, the latest first': (s) => updates(s, fill((i) => setAt(s, micros(s) - i, [[`d${i % 300}`, null, [[`x${i}`, null, true]]]]))),
  'one update that is as large as a message': (s) => {
    const make = (n: number): Message => updates(s, [setAt(s, micros(s), times(n, (i): Branch => [`${100_000 + i} ${'x'.repeat(240)}`, null, true]))])
    const [few, more] = [make(1), make(2)].map((message) => JSON.stringify(message).length) as [number, number]
    return make(1 + Math.floor((MAX_MESSAGE_BYTES - few) / (more - few)))
  },
  'a draft of one link, thousands of times': (s) => draft(s, 'setLink', [], times(20_000, (): [Label, Tree] => [s.labels[0] ?? 'x', true])),
  'a draft of a wide tree': (s) => draft(s, 'doUpdates', [], times(20_000, (i): [Label, Tree] => [`${i}`, true])),
  'a test of a wide tree': (s) => ({ type: 'request', id: s.random.id(16), request: { type: 'test', directory: s.directory, path: [], tree: times(300, (i): [Label, Tree] => [`${i}`, times(200, (j): [Label, Tree] => [`${j}`, true])]) } }),
  'a walk that goes up without end': (s) => ({ type: 'request', id: s.random.id(16), request: { type: 'walk', directory: s.directory, begins: true, up: Number.MAX_SAFE_INTEGER, labels: [], entity: null } }),
  'a page of nodes': (s) => {
    const page = { index: 0, count: 1, digest: '0', base: { nodes: times(9000, (i): [number, Label, UpdateSet['ts']] => [1 + (i % 16), `${i}`, s.aStamp()]), proofs: [], intents: [] }, log: [] }
    return { ...generate(s, 'writeSweep'), page } as Message
  },
  'a ring of 256': (s) => ({ ...generate(s, s.random.pick(['writeSweep', 'spliced', 'snapshotPage'] as const)), ring: times(256, () => s.aMember()) }) as Message,
  'an answer of a million brackets': (s) => ({ type: 'answer', id: s.anErrand()?.id ?? '', failure: null, outcome: '['.repeat(900_000), elsewhere: [] }),
  'a greeting from one who has seen nothing': (s) => {
    const greet = generate(s, 'greet') as Extract<Message, { type: 'greet' }>
    return { ...greet, directory: s.directory, epoch: s.copy?.epoch ?? greet.epoch, facts: { ...greet.facts, lastSweep: BEGINNING } }
  },
  'a question for everything': (s) => ({ ...generate(s, 'readSweep'), directory: s.directory, since: BEGINNING, whole: true, index: 0 }) as Message,
  'a look at all nodes': (s) => ({ type: 'request', id: s.random.id(16), request: { type: 'read', directory: s.directory, path: [], form: s.random.pick(['tree', 'nodes', 'labels', 'entries'] as const), after: null } }),
  'many small sets': (s) => updates(s, fill((i) => setAt(s, micros(s) - i, [[s.aLabel(), null, true]]))),
  'a create with a large tree': (s) => {
    const directory = s.random.id(20) as DirectoryId
    const intent: Intent = { ...intentOf(s, micros(s), [['.', null, [['BR', null, times(800, (): Branch => [s.random.id(20), null, [['x', null, true]]]).toSorted(([a], [b]) => (a < b ? -1 : 1))]]]]), directory, procedure: 'newD' }
    return { type: 'request', id: s.random.id(16), request: { type: 'create', directory, signed: { intent, signature: signature(intent) } } }
  },
  'nesting, a megabyte of it': (s) => s.random.pick(['['.repeat(1_000_000), '{"a":'.repeat(200_000), `{"type":"updates","sets":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, `"${'\\u0000'.repeat(170_000)}"`, `{${'"a":1,'.repeat(170_000)}"a":1}`, `[${'0,'.repeat(500_000)}0]`]),
}
