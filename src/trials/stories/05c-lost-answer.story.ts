import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'A copy that does not know whether it is in the ring',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta])
    telling.say(`gamma has asked alpha to splice it in. The request is held up, and gamma crashes.`)
    telling.joins(gamma, src, alpha)
    telling.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const request = telling.holdsUp(ofType('askSplice'))
    telling.crash(gamma)
    telling.say(`When gamma is back it finds a joining copy on its disk, and cannot tell whether alpha points at it. If alpha does, to drop the copy would
      be to break the ring. So gamma asks.`)
    telling.clock(12)
    telling.restart(gamma)
    telling.quietly(() => telling.settle())
    telling.wakes(gamma)
    telling.deliver(ofType('askFate'))
    telling.say(`alpha knows nothing of that copy; but the request may still be on its way. Therefore alpha first makes a durable note that it refuses, for
      good, and then says so. Only now may gamma drop the copy. When the old request does arrive, the note is there.`)
    telling.settle(ofType('spliceRefused'))
    telling.comes(request, 'late')
    telling.settle(ofType('spliceRefused'))
    telling.showRing(src)
    telling.holds('R4', 'a copy that was given up is never spliced in', alpha.copy(src).splices.some(({ answer }) => answer === 'refused') && !gamma.server.copies.has(src))

    telling.say('gamma tries again, as gamma′, and this time it is the answer that is lost: alpha points at gamma′, which does not know it.')
    telling.clock(13)
    telling.wakes(gamma)
    telling.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer', 'askSplice'))
    telling.lose(() => true)
    telling.showRing(src)
    telling.say(`The ring can do with that. Who follows the pointers comes through gamma′, which answers sweeps as every member does. beta sweeps; nobody has
      told it of gamma′.`)
    telling.clock(15)
    telling.sweeps(beta, src)
    telling.settle()
    telling.holds('P5', 'the sweep has visited gamma′, which is still joining', gamma.copy(src).state === 'joining' && gamma.copy(src).lastSweep === beta.copy(src).lastSweep)

    telling.say('After five seconds without an answer gamma asks what became of its copy, and alpha looks it up in its notes.')
    telling.clock(18.5)
    telling.wakes(gamma)
    telling.settle()
    telling.showRing(src)
    telling.holds('DC2', 'the ring is closed, and all its copies are active', telling.copies(src).every(({ state }) => state === 'active'))
  },
} satisfies Story
