import { isFailure, type Failure } from '../../core/errors'
import type { Label } from '../../core/names'
import type { Accepted, Drafted, ReadOutcome } from '../../core/requests'
import type { Timestamp } from '../../core/timestamp'
import type { Tree } from '../../core/values/readValue'
import { explainOutcome, explainTree, explainValue } from '../../sim/transcript'
import type { Member } from '../cluster'
import type { Story } from './telling'

const leaf = (label: Label): Tree => [[label, true]]
const set = (...labels: Label[]): Tree => labels.map((label) => [label, true] as const)

export default {
  figure: 2,
  title: 'Values: DoUpdates, SetValue, and the snapshot that says which one was meant',
  servers: 1,
  tell(telling) {
    const [alpha] = telling.members as [Member]
    const src = telling.begin('SRC', [alpha])
    /** The procedure as a client calls it: drawn up at a copy, signed, and accepted by the same copy. */
    const change = (procedure: 'DoUpdates' | 'SetValue', path: Label[], tree: Tree, incarnations: Timestamp[] | null = null): Accepted | Failure => {
      const call = `${procedure}(${['SRC', ...path].join('/').replace('/', ':')}, ${explainTree(tree)})`
      const drafted = telling.atOnce(alpha, {
        type: 'ask',
        servers: [alpha.id],
        request: { type: 'draft', directory: src, change: { procedure: 'doUpdates', under: { labels: path, incarnations }, tree, replace: procedure === 'SetValue' } },
      }) as Drafted | Failure
      if (isFailure(drafted)) {
        telling.event('a client calls', `${call}: ${drafted.code}. ${explainOutcome('draft', drafted)}`)
        return drafted
      }
      telling.event('a client calls', call)
      return telling.atOnce(alpha, telling.submitCall(alpha, src, drafted.branches)) as Accepted
    }
    const value = (path: Label[]): void => {
      const { tree } = telling.quietly(() => telling.reads(alpha, src, path)) as ReadOutcome
      telling.event('a client calls', `GetValue(SRC:${path.join('/')}) = ${tree === null ? 'not present' : explainValue(tree)}`)
    }

    telling.say(`A directory contains a tree of values. An arc carries a label, a node a time-stamp and a mark, present or absent. A client registers
      Lampson, with two properties, in one call: that is one update, with one time-stamp for everything that is new.`)
    change('DoUpdates', ['Lampson'], [['Mailboxes', set('Cab', 'Ries', 'Zin')], ['Password', leaf('XQE$#')]])
    telling.showTree(alpha, src)
    telling.say('For the value of a path there are three cases: the label of the only child, if that is a leaf; the set of the labels of its children, if all are leaves; else the tree below it.')
    value(['Lampson', 'Password'])
    value(['Lampson', 'Mailboxes'])
    value(['Lampson'])

    telling.say(`DoUpdates makes nodes present or absent and leaves their siblings alone. The update that alpha makes of the call names the ancestors by
      their time-stamps, Lampson:10/Mailboxes:10, because that Lampson was meant; they keep them. Absent nodes are struck through: they
      stay for a while, lest an older update bring them back.`)
    telling.clock(11)
    change('DoUpdates', ['Lampson', 'Mailboxes'], [['Cab', false], ['Pinot', true]])
    telling.clock(12)
    change('DoUpdates', [], [['Lampson', [['Phone', leaf('853 2219')]]], ['Wright', true]])
    telling.clock(13)
    change('DoUpdates', [], [['Wright', false]])
    telling.showTree(alpha, src)
    value(['Lampson', 'Mailboxes'])

    telling.say(`To change a password, DoUpdates will not do: the old one would remain, and the property have two values. SetValue gives the node itself a
      new time-stamp too, and so replaces it with everything below.`)
    telling.clock(14)
    change('SetValue', ['Lampson', 'Password'], leaf('XGZQ#$'))
    telling.clock(15)
    change('DoUpdates', ['Lampson', 'Mailboxes', 'Cab'], true)
    telling.say('This is figure 2.')
    telling.showTree(alpha, src)
    value(['Lampson', 'Password'])
    value(['Lampson', 'Mailboxes'])
    const { tree } = telling.quietly(() => telling.reads(alpha, src, ['Lampson', 'Password'])) as ReadOutcome
    telling.holds('V1', 'a newer node replaces an older one with its subtree: there is one password', JSON.stringify(tree) === JSON.stringify(leaf('XGZQ#$')))

    telling.say('Two clients, now. The first takes a Snapshot of Lampson, which gives the mark and the TSpath, and goes to think about it. The second replaces Lampson: another person of that name.')
    telling.clock(16)
    const { snapshot } = telling.atOnce(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'read', directory: src, path: ['Lampson'], form: 'snapshot', after: null } }) as ReadOutcome
    telling.event('a client calls', `Snapshot(SRC:Lampson) = (${snapshot.mark}, ${snapshot.path.map(([label, ts]) => `${label}:${ts}`).join('/')})`)
    telling.clock(17)
    change('SetValue', ['Lampson'], [['Mailboxes', leaf('Zinfandel')]])
    telling.say(`The first client adds a mailbox. With the TSpath of its snapshot the call means exactly the Lampson it has seen, and that one is no more.
      Without it the call means whatever Lampson alpha knows by now, and somebody else gets the mail.`)
    telling.clock(18)
    const meant = change('DoUpdates', ['Lampson'], [['Mailboxes', leaf('Chablis')]], snapshot.path.map(([, ts]) => ts))
    telling.holds('V2', 'a change is accepted only where every ancestor that it names is visible', isFailure(meant) && meant.code === 'Superseded')
    change('DoUpdates', ['Lampson'], [['Mailboxes', leaf('Chablis')]])
    telling.showTree(alpha, src)
  },
} satisfies Story
