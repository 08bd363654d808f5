import type { Outcomes } from '../../core/requests'
import { explainOutcome } from '../../sim/transcript'
import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'A copy leaves the ring',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    telling.say('beta accepts an update, and every message about it is lost. Nobody else has it, and now beta is to give up its copy.')
    telling.accepts(beta, src, ['Lampson'], true)
    telling.lose(() => true)
    telling.showRing(src)

    telling.say(`RemoveDC: beta's copy turns leaving, durably. From now on it accepts nothing, and its pointer stays as it is. It looks for the copy that
      points at it, for that is the one that can take it out.`)
    telling.clock(11)
    telling.event('an operator', 'calls RemoveDC(beta, SRC)')
    telling.begins(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: src, force: true } }, (outcome) => explainOutcome('leave', outcome as Outcomes['leave']))
    telling.wakes(beta)
    telling.settle(ofType('askStanding', 'standing'))
    telling.showRing(src)

    telling.say(`alpha it is. alpha fetches what beta has, and then does three things in one atomic action: it joins beta's updates to its own, records
      that beta's copy was removed, and points where beta points. Before it the ring has three members, after it two. It is closed before
      and after, and what its members have accepted is in it before and after.`)
    telling.wakes(beta)
    telling.settle(ofType('askTakeOver', 'readHandOver', 'handOverPage'))
    telling.showRing(src)
    telling.showCopies(src)
    telling.holds('DC2', 'the ring is closed without beta', alpha.copy(src).pointer.copy === gamma.copy(src).id && gamma.copy(src).pointer.copy === alpha.copy(src).id)
    telling.holds('R5', 'alpha has what only beta had', telling.isComplete(alpha.copy(src)))

    telling.say('beta is told, and its caller too. The copy does not go at once: a sweep that was led to it before may still ask it something.')
    telling.settle()

    telling.say('Once a sweep that began after the removal has completed, no other can be led to beta any more. beta asks whether that is so, and forgets the copy.')
    telling.clock(13)
    telling.sweeps(gamma, src)
    telling.settle()
    telling.clock(15)
    telling.wakes(beta)
    telling.settle()
    telling.showRing(src)
    telling.showCopies(src)
    telling.holds('R5', 'beta has no copy, and those that are left have every update', !beta.server.copies.has(src) && telling.copies(src).every((copy) => telling.isComplete(copy)))
  },
} satisfies Story
