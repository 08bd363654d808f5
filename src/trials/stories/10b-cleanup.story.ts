import type { Outcomes } from '../../core/requests'
import { signed } from '../../sim/simServer'
import { explainOutcome } from '../../sim/transcript'
import { named, type Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 10,
  title: 'Cleanup: a reference follows its back-reference, whatever happens in between',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    telling.beginWith([[alpha, root]])
    telling.spares((request) => request.type === 'read' && request.path[1] === 'Server')
    const ibm = telling.directory('#5527')
    telling.tellOf(ibm)

    telling.say('NewD changes two directories, on two servers perhaps, and either may be down. beta is to make ANSI/IBM, with the DI #5527. It stores no copy of ANSI, and cannot reach alpha, which does.')
    telling.cut(alpha, beta)
    const intent = telling.intent(beta, ibm, 'newD', [['.', null, [['BR', null, [[root, null, [['IBM', null, true]]]]]]]])
    telling.event('a client calls', 'NewD(beta, ANSI/IBM)')
    telling.begins(beta, { type: 'ask', servers: [beta.id], request: { type: 'create', directory: ibm, signed: signed(intent) } }, (outcome) => explainOutcome('create', outcome as Outcomes['create']))
    telling.quietly(() => telling.settle())
    telling.picture(telling.references(beta))
    telling.say('The directory exists, and says where it belongs; nobody can find it by that name yet. Now beta crashes. Whatever it was about to do is forgotten. What was done is on its disk.')
    telling.clock(12)
    telling.crash(beta)
    telling.clock(20)
    telling.restart(beta)
    telling.say(`Two seconds after it has started, a server looks after the names of the directories that it stores. beta reads what ANSI has under IBM; there is nothing; it has
      a reference drawn up, signs it with its own key, and submits it. Then it reads once more, and finds everything as it should be.`)
    telling.quietly(() => telling.settle())
    telling.clock(22.5)
    telling.wakes(beta)
    telling.settle()
    telling.picture(['at alpha:', ...telling.references(alpha), 'at beta:', ...telling.references(beta)])

    telling.say(`The reference also lists the servers that store the directory, so that a lookup knows whom to ask. gamma takes a copy. These are hints,
      not the ring; they are corrected by the same cleanup.`)
    telling.clock(24)
    telling.joins(gamma, ibm, beta)
    telling.quietly(() => telling.settle())
    telling.clock(24.5)
    telling.wakes(gamma)
    telling.settle()
    telling.say('beta may be gone, then, and the name is still found.')
    telling.clock(26)
    telling.crash(beta)
    telling.looksUp(alpha, named(root, 'IBM'))
    const found = telling.quietly(() => telling.lookup(alpha, named(root, 'IBM')))
    telling.holds('M4', 'the name leads to the directory that says it has that name', 'directory' in found && found.directory === ibm)
    telling.holds('R9', 'the reference lists the servers of the ring', 'servers' in found && found.servers.includes(gamma.id))
  },
} satisfies Story
