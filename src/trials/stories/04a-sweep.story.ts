import { ofType } from '../cluster'
import type { Story } from './telling'
import { untilFigureThree } from './03-copies.story'

export default {
  figure: 4,
  title: 'A sweep makes every copy complete',
  servers: 4,
  tell(telling) {
    const { src, alpha, beta, gamma } = telling.quietly(() => untilFigureThree(telling))
    telling.say('SRC as figure 3 left it: every update is somewhere, no copy has them all.')
    telling.showCopies(src, ['nextTS', 'lastSweep', 'stableMark'])

    telling.say(`The sweep visits every copy, collects a complete set of updates, and writes it back to every copy. Any copy may begin one; here
      alpha does, at 14, and follows the ring. First it looks: each copy raises its nextTS to 14, so that nothing earlier than 14 can
      originate there from now on, and says where it stands, and which copy its ring pointer names. (delta's update 14 is no exception: a
      sweep's time-stamp precedes every update's of the same time. What F is for comes at the end.)`)
    telling.clock(14)
    telling.sweeps(alpha, src, 'ring')
    telling.settle(ofType('lookSweep', 'looked'))
    telling.say(`The pointers have led back to alpha, so these are all the copies there are. Now it reads. The least lastSweep of the four is 10: what
      is earlier everybody has, and only the rest is asked for.`)
    telling.settle(ofType('readSweep', 'readPage'))
    telling.say(`The set is complete: every update earlier than 14 is in it, because wherever one was accepted it was read after nextTS had been
      raised. alpha has written it to its own copy; each of the others is sent what it did not have itself, and with it the new
      lastSweep. (Three updates count, those earlier than 14. The fourth, 14 itself, goes along as it would in a message.)`)
    telling.settle()
    telling.say('This is figure 4: the state of SRC after a sweep at time 14.')
    telling.showCopies(src, ['nextTS', 'lastSweep', 'stableMark'])
    const copies = telling.copies(src)
    telling.holds('P5', 'all four copies were visited: each has lastSweep 14', new Set(copies.map(({ lastSweep }) => lastSweep)).size === 1)
    telling.holds('DC1', 'each copy has every update of the directory', copies.every((copy) => telling.isComplete(copy)))

    telling.say(`The sweep's promise is about the past and the future: nothing will ever be stamped earlier than 14. Let beta's clock be a minute
      slow. Its next update is stamped from nextTS, not from the clock.`)
    beta.skew = -60_000
    telling.clock(15)
    const late = telling.accepts(beta, src, ['Wright'], true)
    beta.skew = 0
    telling.settle()
    telling.holds('P2', 'after the sweep nothing earlier than 14 originates, whatever a clock says', late.ts > copies[0]!.lastSweep)

    telling.say(`The next sweep need not go round one by one: who has a hint of the members, as every copy has from the last sweep, may ask all at
      once, and lets the pointers confirm that these were all. And since this time every copy says the same (lastSweep, and a
      fingerprint of what came after), there is nothing to be read.`)
    telling.clock(16)
    telling.sweeps(gamma, src, 'parallel')
    telling.settle()
    telling.showCopies(src, ['nextTS', 'lastSweep', 'stableMark'])
    telling.say(`F is the stable mark: the least lastSweep that the sweep saw at every copy. What is earlier than F is at every copy, for good, and
      need not be kept as single updates any more. Each copy folds it into its base.`)
    telling.holds('F1', 'every copy has every update earlier than F, and F is 14', telling.copies(src).every(({ stableMark }) => stableMark === copies[0]!.stableMark))
  },
} satisfies Story
