import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 5,
  title: 'A server is lost; a new epoch begins without it; it comes back',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    telling.say('gamma accepts an update, and before anybody has heard of it gamma is gone: nobody knows for how long.')
    telling.accepts(gamma, src, ['Needham'], true)
    telling.quietly(() => telling.lose(() => true))
    telling.crash(gamma)
    telling.clock(11)
    telling.accepts(alpha, src, ['Lampson'], true)
    telling.settle()

    telling.say(`Reading and writing go on. Sweeps do not: a sweep visits every copy or does not complete, and so lastSweep and F stand still, and nothing
      that is deleted can be forgotten.`)
    telling.clock(12)
    telling.sweeps(beta, src)
    telling.settle()
    telling.clock(13)
    telling.wakes(beta)
    telling.settle()
    telling.showRing(src)

    telling.say(`Only a person can know that gamma will not come back soon, so it is a person who decides: a new ring, without gamma. alpha is to make it. It asks who
      has promised what, and chooses a number that is greater than all of it. Nothing has changed yet.`)
    telling.clock(20)
    telling.makesEpoch(alpha, src, [alpha, beta])
    telling.settle(ofType('askEpochFacts', 'epochFacts'))

    telling.say(`Then it seals itself, and beta: each writes down where it will point, and does no more ring work, so that what beta says now stays true. They
      still take reads, and updates of their clients.`)
    telling.settle(ofType('seal'))
    telling.showRing(src)
    telling.holds('E2', 'beta is sealed, and its ring is as it was', beta.copy(src).seals.length === 1 && beta.copy(src).pointer.copy === gamma.copy(src).id)

    telling.say(`Two of three are a majority, so nobody else can have made another epoch without one of them. From what beta said under the seal alpha works out whom it
      leaves out, and writes the last pointer, its own, together with that list. This one atomic action at one server is the change from
      the old ring to the new one.`)
    telling.settle(ofType('sealed'))
    telling.showRing(src)
    telling.holds('E3', 'beta has not heard of it, and points in the new ring where it promised to', beta.copy(src).epoch < alpha.copy(src).epoch)
    telling.settle()
    telling.showRing(src)

    telling.say('Now sweeps complete. But F stays where it was, however often they do: gamma may have updates that are older, and may come back with them.')
    for (const at of [21, 22]) {
      telling.clock(at)
      telling.sweeps(beta, src)
      telling.settle()
    }
    telling.showCopies(src, ['lastSweep', 'stableMark'])
    telling.holds('E4', 'F waits for gamma', alpha.copy(src).stableMark < alpha.copy(src).lastSweep && alpha.copy(src).stableMark === gamma.copy(src).stableMark)

    telling.say(`gamma comes back, and greets the others as a member of the old ring. It is told that a new one rules. It stops serving at once, and asks for a
      snapshot, as one that joins does, to see what the ring never got.`)
    telling.clock(30)
    telling.restart(gamma)
    telling.settle()
    telling.wakes(gamma)
    telling.settle()
    const { entries } = telling.quarantine(gamma, src)
    telling.showRing(src)
    telling.holds('E7', 'what gamma alone has is shown, and kept', entries!.length === 1 && gamma.copy(src).log.length === 1)

    telling.say('Somebody looks at it, and wants it: it is made anew in the ring, and the old one is settled. Then gamma has nothing that is not elsewhere, and lets its copy go.')
    telling.clock(31)
    telling.accepts(alpha, src, ['Needham'], true)
    telling.settle()
    telling.quietly(() => telling.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'settle', directory: src, stamps: entries!.map(({ ts }) => ts) } }))
    telling.clock(32)
    telling.wakes(gamma)
    telling.settle()

    telling.say('Whom nobody waits for is abandoned. When all members know that, F goes on.')
    for (const at of [33, 34, 35]) {
      telling.clock(at)
      telling.quietly(() => telling.sweep(alpha, src))
    }
    telling.showCopies(src, ['lastSweep', 'stableMark'])
    telling.holds('E4', 'nothing was lost, and F goes on', !gamma.server.copies.has(src) && telling.copies(src).every((copy) => telling.isComplete(copy) && copy.stableMark >= entries![0]!.ts))
  },
} satisfies Story
