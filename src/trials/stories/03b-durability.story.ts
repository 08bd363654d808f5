import { explain, isFailure, type Failure } from '../../core/errors'
import type { Secured } from '../../core/copies/durability'
import { ofType, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 3,
  title: 'An update outlives the disk of the copy that accepted it',
  servers: 4,
  tell(telling) {
    const [alpha, beta, gamma, delta] = telling.members as [Member, Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    const ring = alpha.copy(src).ring.map(({ copy, server }) => ({ copy, server }))
    const said = (outcome: object | Failure): string => (isFailure(outcome) ? explain(outcome) : `on disk at ${(outcome as Secured).copies.length} of ${(outcome as Secured).of} copies`)
    telling.say(`Somebody at delta, which has no copy of SRC, changes a name there, and wants it on the disks of a quorum: of two copies of the three. alpha
      accepts it, and its messages to the others are lost.`)
    const set = telling.accepts(alpha, src, ['Lampson'], [['Phone', [['853', true]]]])
    telling.lose(ofType('updates'))
    telling.showCopies(src)

    telling.say(`delta asks the members of the ring whether they have it. Who has not got it yet is handed it, with the time-stamp that alpha gave: it is the same
      update, so it does no harm to have it twice. beta is the second to have it, so nobody need wait for gamma.`)
    telling.clock(11)
    telling.begins(delta, { type: 'secure', directory: src, ts: set.ts, set, ring, level: 'quorum', patience: 5000 }, said)
    telling.lose(({ to, from }) => to === gamma || from === gamma)
    telling.settle()
    telling.holds('P11', 'a quorum has it on disk', [alpha, beta].every((member) => member.restored().copies.get(src)?.log.some(({ ts }) => ts === set.ts)))

    telling.say('Another change at alpha. Before anybody hears of it the disk of alpha breaks, for good.')
    telling.clock(12)
    const second = telling.accepts(alpha, src, ['Birrell'], [['Phone', [['854', true]]]])
    telling.lose(ofType('updates'))
    telling.crash(alpha)
    telling.say('delta has not been told that this one is durable, and so it has kept the update, stamp and all. The others take it from delta.')
    telling.clock(13)
    telling.begins(delta, { type: 'secure', directory: src, ts: second.ts, set: second, ring, level: 'quorum', patience: 5000 }, said)
    telling.settle()
    telling.say('Under alpha stands what was on its disk. beta has both updates; gamma will have the first from beta, with its next message or with a sweep.')
    telling.showCopies(src)
    telling.holds('P12', 'nothing that was acknowledged is lost with the disk of alpha', [set, second].every(({ ts }) => beta.restored().copies.get(src)?.log.some((each) => each.ts === ts)))
  },
} satisfies Story
