import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 4,
  title: 'A sweep whose coordinator dies in mid-write, and the next sweep',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    telling.say('Each of three copies has accepted an update; every message about them is lost.')
    for (const [i, [member, name]] of ([[alpha, 'Birrell'], [beta, 'Lampson'], [gamma, 'Needham']] as const).entries()) {
      telling.clock(10 + i)
      telling.accepts(member, src, [name], true)
      telling.quietly(() => telling.lose(() => true))
    }
    telling.showCopies(src)

    telling.say('alpha sweeps at 13. It has collected everything, and written it to its own copy and to beta, when it crashes. Its message to gamma is still on the way.')
    telling.clock(13)
    telling.sweeps(alpha, src)
    telling.settle(ofType('lookSweep', 'looked', 'readSweep', 'readPage'))
    const late = telling.holdsUp((post) => ofType('writeSweep')(post) && post.to === gamma)
    telling.deliver(ofType('writeSweep'))
    telling.crash(alpha)
    telling.showCopies(src, ['nextTS', 'lastSweep'])
    telling.say(`Nothing is wrong here, only unfinished. alpha and beta are complete to 13 and say so; gamma is complete to 9 and says so. Each statement
      was saved together with the updates that make it true.`)
    telling.holds('DC1', 'each copy has every update earlier than its own lastSweep', gamma.copy(src).lastSweep < beta.copy(src).lastSweep)

    telling.say(`beta tries the next sweep at 14, while alpha is down. A sweep that cannot visit every copy must not complete, for alpha might have
      accepted something that nobody else has. It gives up and says who held it back; nobody is skipped, and no lastSweep moves. But
      what was learned is not wasted: those who can be reached get each other's updates, as messages.`)
    telling.clock(14)
    telling.sweeps(beta, src)
    telling.settle()
    telling.clock(15.2)
    telling.wakes(beta)
    telling.settle()
    telling.showCopies(src, ['nextTS', 'lastSweep'])
    telling.holds('P5', 'without alpha no sweep completes, and gamma stays at 9 though it has everything', telling.isComplete(gamma.copy(src)) && gamma.copy(src).lastSweep < beta.copy(src).lastSweep)

    telling.say(`alpha comes back and finds on its disk what it had: the copy, complete to 13. Of its sweep nothing is left, and nothing is missed. The
      servers greet each other, saying how far their copies are complete, so that each can send what the other may lack.`)
    telling.clock(16)
    telling.restart(alpha)
    telling.settle()
    telling.say('Now beta\'s sweep goes through. It asks from 9 on, the least lastSweep of the three.')
    telling.clock(17)
    telling.sweeps(beta, src)
    telling.settle()
    telling.showCopies(src)
    telling.holds('P6', 'the next sweep has completed what the dead coordinator began', telling.copies(src).every((copy) => telling.isComplete(copy) && copy.lastSweep === beta.copy(src).lastSweep))

    telling.say(`At last the old message to gamma arrives, four seconds late, from a sweep that nobody remembers. Whatever it carries is joined to what is
      there: updates that are known, and numbers that are less than gamma's own.`)
    const before = gamma.copy(src).lastSweep
    telling.comes(late, 'late')
    telling.settle()
    telling.holds('P6', 'a write-back that comes late lowers nothing and adds nothing', gamma.copy(src).lastSweep === before)
  },
} satisfies Story
