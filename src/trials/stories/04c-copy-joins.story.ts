import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 4,
  title: 'A copy joins while a sweep is going round',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta])
    telling.say(`SRC is stored on alpha and beta. gamma is about to join behind beta: it has beta's snapshot, and its request that beta point at it is on
      the way. (Figure 5 tells how a copy joins.) Meanwhile beta accepts an update, which gamma's snapshot lacks and of which no message
      arrives.`)
    telling.joins(gamma, src, beta)
    telling.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const splice = telling.holdsUp(ofType('askSplice'))
    telling.clock(11)
    telling.accepts(beta, src, ['Lampson'], true)
    telling.lose(() => true)
    telling.showRing(src)

    telling.say('alpha begins a sweep at 12. beta says that its pointer names alpha: a ring of two.')
    telling.clock(12)
    telling.sweeps(alpha, src)
    telling.settle(ofType('lookSweep', 'looked'))
    telling.say(`Just now gamma's request arrives, and beta splices it in. The set of copies has changed under the sweep. beta hands on its nextTS, which
      the sweep has raised to 12, so that what the sweep was promised of beta holds of gamma too.`)
    telling.clock(12.5)
    telling.comes(splice, 'late')
    telling.settle(ofType('spliced'))
    telling.lose(ofType('spliceNews', 'greet'))
    telling.showRing(src)
    telling.holds('P2', 'nothing earlier than 12 can originate at gamma', gamma.copy(src).nextTS >= beta.copy(src).nextTS)

    telling.say(`A sweep that went on now would give beta and alpha a lastSweep of 12, and would know nothing of gamma. But every answer says afresh where
      the copy's pointer goes, from the same moment as the data. alpha sees that beta's pointer has changed between the two rounds, and
      begins anew, with a later time-stamp.`)
    telling.clock(13)
    telling.settle(ofType('readSweep', 'readPage', 'lookSweep', 'looked'))
    telling.say('Following the pointers it has come to gamma, of which no message had told it. The ring is closed again, with three copies, and the sweep ends.')
    telling.settle()
    telling.showCopies(src, ['nextTS', 'lastSweep'])
    const copies = telling.copies(src)
    telling.holds('P5', 'the sweep has visited the ring as it is now, all three copies of it', copies.length === 3 && copies.every(({ lastSweep }) => lastSweep === copies[0]!.lastSweep))
    telling.holds('DC1', 'gamma has the update that its snapshot lacked', telling.isComplete(gamma.copy(src)))
  },
} satisfies Story
