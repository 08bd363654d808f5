import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'A copy that would join with a stale snapshot',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta])
    telling.say(`gamma is about to join behind alpha. It has alpha's snapshot, and its request is under way; but it is slow.`)
    telling.joins(gamma, src, alpha)
    telling.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const request = telling.holdsUp(ofType('askSplice'))
    const first = gamma.copy(src).id
    telling.showRing(src)

    telling.say(`Meanwhile beta accepts an update, of which alpha hears nothing, and sweeps. The sweep follows the ring, which does not lead to gamma, and
      makes alpha and beta complete to 12. (Only its write pass is shown.)`)
    telling.clock(11)
    telling.accepts(beta, src, ['Lampson'], true)
    telling.lose(() => true)
    telling.clock(12)
    telling.sweeps(beta, src)
    telling.quietly(() => telling.settle(ofType('lookSweep', 'looked', 'readSweep', 'readPage')))
    telling.settle(ofType('writeSweep', 'wrote'))
    telling.showCopies(src)

    telling.say(`Were gamma spliced in now, the ring would have a member that is complete to 9 only, while a next sweep, which may have looked at alpha
      and beta already, takes 12 for the least lastSweep of all, and lets everybody forget what was deleted before. So gamma's request
      says what alpha's numbers were when it gave the snapshot. alpha has another lastSweep now, and refuses.`)
    telling.clock(13)
    telling.comes(request, 'late')
    telling.settle()
    telling.holds('R3', 'alpha has refused, and gamma has dropped its copy', !gamma.server.copies.has(src) && alpha.copy(src).pointer.copy === beta.copy(src).id)

    telling.say(`gamma begins again by itself a moment later, with a fresh snapshot, and as another copy, gamma′: it is copies that are members of a ring,
      not servers.`)
    telling.clock(14)
    telling.wakes(gamma)
    telling.settle()
    telling.showRing(src)
    telling.showCopies(src)
    telling.holds('R1', 'gamma has another copy than before', gamma.copy(src).id !== first)
    telling.holds('DC1', 'what gamma was given is complete to 12', telling.isComplete(gamma.copy(src)) && gamma.copy(src).lastSweep === alpha.copy(src).lastSweep)
  },
} satisfies Story
