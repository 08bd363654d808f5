import type { Label } from '../../core/names'
import { timeOf, type Timestamp } from '../../core/timestamp'
import type { TSPair, Update } from '../../core/values/update'
import { applyUpdate, emptyTree } from '../../core/values/valueTree'
import { ofType, type Member } from '../cluster'
import { at } from '../generators'
import { beside, treePicture } from './pictures'
import type { Story } from './telling'

/** A TSpath as the paper writes it: each label with the time-stamp of its node. */
const present = (...path: [Label, number][]): Update => ({ path: path.map(([label, time]): TSPair => [label, at(time)]), mark: 'present' })

/** The right side of the paper's figure. */
const updates: readonly Update[] = [
  present(['Lampson', 1]),
  present(['Shroeder', 1]),
  present(['Lampson', 1], ['Password', 2], ['vnxm56', 2]),
  present(['Lampson', 1], ['Password', 3], ['gmf34', 3]),
  present(['Lampson', 1], ['Mailboxes', 4], ['Zin', 4]),
  present(['Lampson', 1], ['Mailboxes', 4], ['Pinot', 5]),
]
const letters = ['a', 'b', 'c', 'd', 'e', 'f']
const plain = (text: string): string => String(timeOf(text as Timestamp))
const written = ({ path }: Update): string => path.map(([label, ts]) => `${label}:${timeOf(ts)}`).join('/')
const numbers = (text: string): string => (/^\d{16}\./.test(text) ? plain(text) : text)

export default {
  figure: 9,
  title: 'Updates commute',
  servers: 2,
  tell(telling) {
    const [alpha, beta] = telling.members as [Member, Member]
    const src = telling.begin('SRC', [alpha, beta])
    telling.say(`An update names a path in the value tree, each label together with the time-stamp of the node that is meant; the last time-stamp is the
      update's own. These are the six of figure 9.`)
    telling.picture(updates.map((update, i) => `${letters[i]}  ${written(update)}`))
    telling.say(`It is applied by walking down as long as label and time-stamp agree. Where nothing stands, the rest of the path is put there. Where
      something older stands, the rest replaces it, subtree and all. Where something newer stands, the update has no effect. Here are
      two trees, one that hears of the updates in this order and one that hears of them in the opposite order. A name in brackets is
      known only because a later update has named it; no reader sees it, until the update that creates it arrives. (A directory copy
      keeps such an early update waiting, as figure 3 has shown; what readers see is the same.)`)
    const [one, other] = [emptyTree(), emptyTree()]
    for (const [i, update] of updates.entries()) {
      applyUpdate(one, update)
      applyUpdate(other, updates.at(-1 - i)!)
      if (i % 2 === 0) continue
      telling.picture(beside([`after ${letters.slice(0, i + 1).join(' ')}`, treePicture(one.root, numbers)], [`after ${letters.toReversed().slice(0, i + 1).join(' ')}`, treePicture(other.root, numbers)]))
    }
    telling.say(`The left side of figure 9, twice. The second password has replaced the first wherever it came, before or after it; the mailboxes have both
      members, for the later one names the node Mailboxes:4 and leaves it as it is.`)
    telling.holds('V3', 'updates are total, commutative and idempotent: the set of those applied defines the value', treePicture(one.root, numbers).join() === treePicture(other.root, numbers).join())

    telling.say(`The time-stamps in the path matter when two clients create one name at once. In SRC, stored on alpha and beta, one registers Lampson at
      alpha at 10, the other, another Lampson, at beta at 11; neither has heard of the other. Each goes on to set a password for the
      Lampson that it knows, the first one last.`)
    telling.accepts(alpha, src, ['Lampson'], true)
    telling.clock(11)
    telling.accepts(beta, src, ['Lampson'], true)
    telling.clock(12)
    telling.accepts(beta, src, ['Lampson'], [['Password', [['vnxm56', true]]]])
    telling.clock(13)
    telling.accepts(alpha, src, ['Lampson'], [['Password', [['gmf34', true]]]])
    const trees = (): void => telling.picture(beside(...[alpha, beta].map((member) => [`${member.name}:`, telling.tree(member, src)] as const)))
    trees()
    telling.say(`Now the messages cross. At alpha the Lampson of 11 replaces that of 10, with everything below. At beta the two updates from alpha find a
      later Lampson and have no effect; the password of 13 among them, though it is the latest update of all, for it was meant for
      Lampson:10.`)
    telling.settle(ofType('updates'))
    trees()
    telling.say('Without the time-stamps in the path the final value would be a mixture: the second Lampson with the password of the first.')
    telling.holds('V3', 'both copies have one Lampson, and the password that belongs to it', telling.tree(alpha, src).join() === telling.tree(beta, src).join() && telling.tree(alpha, src).some((line) => line.includes('vnxm56')))
  },
} satisfies Story
