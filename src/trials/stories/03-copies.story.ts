import type { DirectoryId } from '../../core/names'
import { isFailure } from '../../core/errors'
import { ofType, type Member, type Post } from '../cluster'
import type { Story, Telling } from './telling'

interface FigureThree {
  src: DirectoryId
  alpha: Member
  beta: Member
  gamma: Member
  delta: Member
  /** Still on their way: the updates for Birrell and Needham to beta, and the one for Birrell to gamma. */
  birrell: Post[]
  needham: Post[]
  birrellToGamma: Post[]
}

/** Up to the paper's figure: updates stamped 10, 11, 12 and 14 on different copies, delta current to 12 and the others to 10. */
export function untilFigureThree(telling: Telling): FigureThree {
  const [alpha, beta, gamma, delta] = telling.members as [Member, Member, Member, Member]
  const src = telling.begin('SRC', [alpha, beta, gamma, delta], [9, 10])
  telling.say(`The directory SRC is stored on four servers. A sweep at time 10 has just made its copies equal: each has lastSweep 10, which
    says that it has every update, from any server, that is earlier than 10.`)
  telling.say(`An update originates at one copy, is recorded there with a time-stamp, and is sent to the others in messages. This is fast, and
    not reliable. Of alpha's update for Lampson only one message arrives, and gamma's for Needham are slow or lost.`)
  telling.accepts(alpha, src, ['Lampson'], true)
  telling.deliver(({ to }) => to === beta)
  telling.lose(() => true)
  telling.clock(11)
  telling.accepts(gamma, src, ['Needham'], true)
  const needham = telling.holdsUp(({ to }) => to === beta)
  telling.lose(() => true)
  telling.say(`At 12 delta begins a sweep: it raises every copy's nextTS to 12, collects what they have, and writes the set to its own copy. Then
    it crashes. (How a sweep goes, and why its death does no harm, is told with figure 4.) delta is now current to 12, the others are
    not. Two more updates follow.`)
  telling.clock(12)
  telling.quietly(() => {
    telling.sweeps(delta, src)
    telling.settle(ofType('lookSweep', 'looked', 'readSweep', 'readPage'))
    telling.lose(() => true)
    telling.crash(delta)
    telling.restart(delta)
    telling.lose(() => true)
  })
  telling.accepts(alpha, src, ['Birrell'], true)
  const birrell = telling.holdsUp(({ to }) => to === beta)
  const birrellToGamma = telling.holdsUp(({ to }) => to === gamma)
  telling.lose(() => true)
  telling.clock(14)
  telling.accepts(delta, src, ['Schroeder'], true)
  telling.lose(() => true)
  return { src, alpha, beta, gamma, delta, birrell, needham, birrellToGamma }
}

export default {
  figure: 3,
  title: 'Four copies of one directory, and updates sent in messages',
  servers: 4,
  tell(telling) {
    const { src, alpha, beta, gamma, delta, birrell, needham, birrellToGamma } = untilFigureThree(telling)
    telling.say('This is figure 3: four updates, and no two copies have the same of them.')
    telling.showCopies(src, ['nextTS', 'lastSweep'])
    telling.say(`nextTS is the time-stamp that a copy will at least give to its next update; it only increases. 12+ stands for the least time-stamp
      after 12: who has seen an update stamps later than that.`)

    telling.say(`Now the updates for Birrell and Needham reach beta, the later one first, and one of them twice. The order does not matter, nor
      does the repetition.`)
    const before = beta.copy(src).lastSweep
    telling.comes(birrell, 'late')
    telling.comes(needham, 'late')
    telling.comes(needham, 'again')
    telling.showCopies(src)
    telling.say(`beta happens to have everything earlier than 14 now, yet its lastSweep stays at 10: it cannot know that no other copy has accepted
      something at, say, 11.5. Only a sweep, which asks all of them, can.`)
    telling.holds('DC1', 'messages move no lastSweep; each copy has every update earlier than its own', beta.copy(src).lastSweep === before)

    telling.say(`A reader sees whatever the copy it asks has; the answer says as of when that is complete. Here two copies give two answers,
      and both are right: each reflects every update before its lastSweep, and some later ones.`)
    const [atBeta, atDelta] = [telling.reads(beta, src, ['Schroeder']), telling.reads(delta, src, ['Schroeder'])]
    telling.holds('D1', 'beta answers without the update 14, delta with it', !isFailure(atBeta) && atBeta.tree === null && !isFailure(atDelta) && atDelta.tree === true)

    telling.say(`A message may also overtake one that it builds on. At 15 alpha gives Birrell a phone: the update names the incarnation of Birrell
      that is meant, by its time-stamp, Birrell:12. It reaches gamma before Birrell does.`)
    telling.clock(15)
    telling.accepts(alpha, src, ['Birrell'], [['Phone', true]])
    telling.deliver(({ to }) => to === gamma)
    telling.lose(() => true)
    telling.showCopies(src)
    const early = telling.reads(gamma, src, ['Birrell'])
    telling.comes(birrellToGamma, 'late')
    const late = telling.reads(gamma, src, ['Birrell'])
    telling.holds('V2', 'until Birrell:12 has arrived, what names it waits and no reader sees it', !isFailure(early) && early.tree === null && !isFailure(late) && late.tree !== null)
    telling.showCopies(src)
    telling.say('What messages have lost, the sweep makes good: figure 4.')
  },
} satisfies Story
