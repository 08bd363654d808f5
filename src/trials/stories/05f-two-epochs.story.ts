import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'A network in two parts, an epoch in each, and one over the union',
  servers: 5,
  tell(telling) {
    const [alpha, beta, gamma, delta, epsilon] = telling.members as [Member, Member, Member, Member, Member]
    const [left, right] = [[alpha, beta], [gamma, delta, epsilon]]
    const src = telling.begin('SRC', telling.members)
    telling.showRing(src)
    telling.say('The network parts: alpha and beta here, gamma, delta and epsilon there. On both sides people go on working.')
    telling.quietly(() => {
      for (const a of left) for (const b of right) telling.cut(a, b)
    })
    telling.clock(11)
    telling.accepts(alpha, src, ['Lampson'], true)
    telling.settle()
    telling.clock(12)
    telling.accepts(gamma, src, ['Needham'], true)
    telling.settle()

    telling.say(`Both sides want sweeps again. The three are a majority of the ring, and may begin an epoch. Whoever held another majority would have to share a
      member with them, and no copy promises itself to two.`)
    telling.clock(20)
    telling.makesEpoch(gamma, src, right)
    telling.settle()
    telling.say('The two are not, and are refused, before anybody is sealed.')
    telling.clock(21)
    telling.makesEpoch(alpha, src, left)
    telling.settle()
    telling.holds('E8', 'nobody is sealed, and alpha is in the epoch that it was in', alpha.copy(src).seals.length === 0 && alpha.copy(src).epoch < gamma.copy(src).epoch)

    telling.say('Their administrator insists. Now there are two rings without a common member, each with sweeps of its own. That is what force means.')
    telling.clock(22)
    telling.makesEpoch(alpha, src, left, true)
    telling.settle()
    telling.clock(23)
    telling.accepts(beta, src, ['Birrell'], true)
    telling.settle()
    for (const member of [alpha, gamma]) {
      telling.clock(24)
      telling.sweeps(member, src)
      telling.quietly(() => telling.settle())
    }
    telling.showCopies(src, ['lastSweep', 'stableMark'])

    telling.say(`The network heals. Of two epochs with one number the one that had the majority rules, and alpha and beta find themselves left out: nothing that they
      have is lost, but nobody is served from it.`)
    telling.clock(30)
    telling.quietly(() => {
      for (const a of left) for (const b of right) telling.connect(a, b)
      telling.settle()
      for (const member of left) telling.wakes(member)
      telling.settle()
    })
    telling.showRing(src)
    telling.quarantine(alpha, src)
    telling.holds('E3', 'one ring rules', telling.copies(src).filter(({ state }) => state === 'active').length === 3)

    telling.say(`F waited, on both sides, for those that were left out. So there is no need to decide on their updates one by one: an epoch over the union takes them
      back with all that they have.`)
    telling.clock(31)
    telling.makesEpoch(gamma, src, telling.members)
    telling.settle(ofType('askEpochFacts', 'epochFacts', 'seal', 'sealed', 'epochNews'))
    telling.quietly(() => telling.settle())
    telling.showRing(src)
    telling.say('Each has begun anew, and knows of no sweep yet. The first one exchanges everything.')
    for (const at of [40, 41, 42]) {
      telling.clock(at)
      telling.quietly(() => telling.sweep(alpha, src))
    }
    telling.showCopies(src, ['lastSweep', 'stableMark'])
    telling.holds('E5', 'all five have what was accepted on either side, and F goes on', telling.copies(src).every((copy) => telling.isComplete(copy) && copy.visible.root.children!.has('Birrell') && copy.visible.root.children!.has('Needham')) && alpha.copy(src).stableMark > gamma.copy(src).epochMark)
  },
} satisfies Story
