import { isFailure } from '../../core/errors'
import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'The ring, and a copy that joins it',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta])
    telling.say(`All copies of a directory are linked into a ring: each has a pointer that names the next. Whoever follows the pointers and comes back to
      the start has found all of them, whatever anybody believed about who they are. Therefore the ring must be closed at every instant,
      also while a copy is added.`)
    telling.showRing(src)

    telling.say(`NewDC: gamma is to get a copy. It takes a snapshot of alpha's; what is older than F in that nobody can judge any more, so it asks beta for
      a fingerprint of the same, which has to be equal. Then it stores it, with alpha's pointer for its own. Nobody points at it yet. It is a loose end that leads into the ring, and takes no part: it accepts no updates and answers no readers.`)
    telling.joins(gamma, src, alpha)
    telling.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    telling.showRing(src)
    const whileJoining = telling.reads(gamma, src, ['Lampson'])

    telling.say(`One atomic action at alpha closes the new ring: alpha compares what gamma takes it to be with what it is, sets its pointer to gamma, and
      makes a note of that. Before it there is a ring of two, after it a ring of three.`)
    telling.deliver(ofType('askSplice'))
    telling.showRing(src)
    telling.holds('DC2', 'the ring is closed, though gamma does not know yet that it is in it', alpha.copy(src).pointer.copy === gamma.copy(src).id && gamma.copy(src).state === 'joining')

    telling.say(`gamma hears of it, and turns active. It takes over nextTS from alpha: what alpha has promised to sweeps, gamma keeps as well. The other
      members are told; should that be lost, the next sweep finds gamma by the pointers.`)
    telling.settle()
    telling.showRing(src)
    telling.holds('R2', 'gamma has served nobody before it was active', isFailure(whileJoining) && gamma.copy(src).state === 'active')
  },
} satisfies Story
