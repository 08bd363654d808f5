import { namedBy } from '../../core/directories/reference'
import { signed } from '../../sim/simServer'
import type { Member } from '../cluster'
import type { Story } from './telling'

export default {
  figure: 11,
  title: 'Servers are named in the directories that they serve',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const root = telling.directory('ANSI')
    telling.atOnce(gamma, { type: 'setUpOn', path: ['alpha'], up: null })
    telling.beginWith([])
    telling.tellOf(root)
    telling.say(`A server has a name like everything else: an entry, whose value is the server's identifier (SI), its address and its key. So far all
      server names stand in the root, which keeps clear of the loop that the paper warns of: to find the server that stores a directory,
      a lookup needs the root and nothing else. (Identifiers and keys are written here as the names of their servers.)`)
    telling.say('Three servers, connected, and no directory at all. alpha is told to make the root, and enters itself.')
    telling.event('a client calls', 'FirstRoot(alpha)')
    const intent = telling.intent(alpha, root, 'newD', [['.', null, [['InSN', null, [['0', null, true]]], ['Label', null, [['ANSI', null, true]]]]]])
    telling.atOnce(alpha, { type: 'firstRoot', directory: root, signed: signed(intent) })
    telling.showTree(alpha, root)
    telling.say('It tells everybody which root it knows; whoever knew none belongs to this one from now on. beta stores no copy of it, and asks alpha: what stands under its name? Nothing; so it has its entry drawn up, signs it, and submits it.')
    telling.settle()
    telling.clock(11)
    telling.wakes(beta)
    telling.settle()
    telling.say(`The third server, which this story calls gamma, believes that its own name is alpha. It reads what stands there, and it is somebody else.
      So it looks which names there are, and takes the next free letter of the alphabet.`)
    telling.clock(12)
    telling.wakes(gamma)
    telling.settle()
    telling.wakes(gamma)
    telling.settle()
    const entered = (label: string, member: Member): boolean => {
      const entry = namedBy(alpha.copy(root).visible, label)
      return entry?.type === 'server' && entry.server === member.id
    }
    const names = (): void => {
      const labels = [...alpha.copy(root).visible.root.children!.keys()].toSorted()
      telling.picture(labels.flatMap((label) => telling.members.filter((member) => entered(label, member)).map(({ name }) => `ANSI/${label.padEnd(8)}is the server that this story calls ${name}`)))
    }
    names()
    telling.holds('', 'each server is entered in the root under a name of its own', entered('alpha', alpha) && entered('beta', beta) && entered('gamma', gamma))

    telling.say(`Names can still be lost, for no two copies of the root agree at every moment. By now each of the three stores the root. The link between
      beta and gamma is cut, and both are given the name omega. Each enters itself at its own copy, where the name is free, and takes its
      old entry away.`)
    telling.quietly(() => {
      telling.join(beta, root, alpha)
      telling.join(gamma, root, beta)
    })
    telling.until(20)
    telling.cut(beta, gamma)
    for (const [i, member] of [beta, gamma].entries()) {
      telling.clock(20 + i)
      telling.event('an operator', `calls ${member.name} omega`)
      telling.atOnce(member, { type: 'setUpOn', path: ['omega'], up: null })
      telling.wakes(member)
    }
    telling.say('alpha hears of both. It is decided as for any name: the later update wins, and gamma is omega. But beta does not know that.')
    telling.settle()
    names()
    telling.say('When the link is up again beta hears that its name has become another server\'s, and takes a free one at once; as it happens, its old one.')
    telling.clock(22)
    telling.connect(beta, gamma)
    telling.settle()
    telling.wakes(beta)
    telling.settle()
    names()
    telling.holds('', 'each server is entered under a name of its own again', entered('alpha', alpha) && entered(beta.server.name, beta) && entered('omega', gamma))
  },
} satisfies Story
