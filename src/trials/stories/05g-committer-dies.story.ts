import { isSealed } from '../../core/copies/directoryCopy'
import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'Who makes an epoch dies between the seal and the last pointer',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    telling.say('alpha makes an epoch of all three. It has sealed itself and both others, and their answers are on the way, when it crashes.')
    telling.makesEpoch(alpha, src, [alpha, beta, gamma])
    telling.settle(ofType('askEpochFacts', 'epochFacts', 'seal'))
    telling.crash(alpha)
    telling.showRing(src)
    telling.holds('E3', 'the last pointer is not written: the old epoch rules', telling.copies(src).every(({ epoch }) => epoch === beta.copy(src).epoch))

    telling.say(`beta and gamma cannot know whether alpha wrote it. If it did, the new ring rules; if not, the old one. So they do neither's work. They ask each other, and
      alpha, again and again.`)
    telling.clock(12)
    telling.wakes(beta)
    telling.settle()
    telling.holds('E2', 'beta and gamma stay sealed', isSealed(beta.copy(src)) && isSealed(gamma.copy(src)))

    telling.say('Their clients notice little: reads and updates are taken, for whatever a member has goes into either ring. Only what needs the ring has to wait.')
    telling.clock(13)
    telling.accepts(beta, src, ['Lampson'], true)
    telling.settle()
    telling.reads(beta, src, ['Lampson'])
    telling.sweeps(gamma, src)
    telling.settle()

    telling.say(`alpha starts again. Its own promise was durable before anybody else was asked for one, and says that it is alpha who has to finish: it goes on where
      it was, asks for the seals once more, and writes the pointer.`)
    telling.clock(20)
    telling.restart(alpha)
    telling.settle()
    telling.clock(21)
    telling.wakes(alpha)
    telling.settle()
    telling.showRing(src)
    telling.holds('E3', 'the new ring rules, and nobody is sealed', telling.copies(src).every((copy) => copy.epoch === alpha.copy(src).epoch && !isSealed(copy)))

    telling.clock(22)
    telling.sweeps(gamma, src)
    telling.settle()
    telling.showCopies(src)
    telling.holds('E6', 'what beta accepted under the seal is at every member', telling.copies(src).every((copy) => telling.isComplete(copy) && copy.visible.root.children!.has('Lampson')))
  },
} satisfies Story
