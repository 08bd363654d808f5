import { signed } from '../../sim/simServer'
import { isFailure } from '../../core/errors'
import type { DirectoryId, Label } from '../../core/names'
import type { Branch } from '../../core/values/intent'
import { named, type Member } from '../cluster'
import type { Story, Telling } from './telling'

/** SetLink, by a client of this server. */
function setLink(telling: Telling, at: Member, directory: DirectoryId, label: Label, to: string): void {
  const branches: Branch[] = [[label, null, [['Link', null, [['To', null, [[to, null, true]]]]]]]]
  telling.atOnce(at, { type: 'ask', servers: [at.id], request: { type: 'submit', directory, signed: signed(telling.intent(at, directory, 'setLink', branches)) } })
}

export default {
  figure: 1,
  title: 'A name is looked up from the root',
  servers: 4,
  tell(telling) {
    const [alpha, beta, gamma, delta] = telling.members as [Member, Member, Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    const make = (at: Member, parent: DirectoryId, label: Label): DirectoryId => {
      const directory = telling.directory(label)
      telling.newD(at, parent, label, directory)
      return directory
    }
    const dec = make(beta, root, 'DEC')
    const src = make(gamma, dec, 'SRC')
    const ibm = make(alpha, root, 'IBM')
    const tjw = make(beta, ibm, 'TJW')
    telling.write(gamma, src, ['Lampson'], [['Password', [['XGZQ#$', true]]]])
    telling.write(beta, tjw, ['Cho'], [['Mailboxes', [['Zinfandel', true]]]])
    telling.beginWith([[alpha, root], [beta, dec], [gamma, src], [alpha, ibm], [beta, tjw]])

    telling.say('The directories form a tree. An arc from parent to child is a directory reference, the value of a name in the parent: the DI of the child, and hints of which servers store it. Here one server stores each.')
    telling.picture(['ANSI             alpha', '  DEC            beta', '    SRC          gamma', '  IBM            alpha', '    TJW          beta'])
    telling.say(`delta stores nothing. A client asks it for ANSI/DEC/SRC: ANSI stands for the DI of the root, from where the name is looked up, label by
      label. delta asks a server that stores the directory it has come to; that one goes as far as its own copies lead and says whom to
      ask next.`)
    telling.looksUp(delta, named(root, 'DEC', 'SRC'))
    telling.say('The answer tells the way it took. A name may end in an entry instead, and .. leads to the parent, which a directory knows by its back-reference.')
    telling.clock(11)
    telling.looksUp(delta, named(root, 'DEC', 'SRC', 'Lampson'))
    telling.clock(12)
    telling.looksUp(delta, { from: src, up: 1, labels: [] })

    telling.say('The value of a name can also be a link: another name. SRC gets one called TJW. From now on ANSI/DEC/SRC/TJW/Cho means the same as ANSI/IBM/TJW/Cho.')
    telling.clock(13)
    setLink(telling, gamma, src, 'TJW', '/IBM/TJW')
    telling.looksUp(delta, named(root, 'DEC', 'SRC', 'TJW', 'Cho'))

    telling.say(`Now the only server that stores the root crashes. A directory knows its own name: in its back-reference stand its parent and its label there.
      So a server leads on through the directories that it stores though it stores none of their parents. beta has no copy of ANSI, and
      tells the way to DEC.`)
    telling.clock(14)
    telling.crash(alpha)
    telling.looksUp(delta, named(root, 'DEC', 'SRC'))
    const found = telling.quietly(() => telling.lookup(delta, named(root, 'DEC', 'SRC')))
    telling.holds('D2', 'the name is found while of each directory on its way a copy, or the directory\'s own word, can be reached', !isFailure(found) && found.directory === src)
    telling.say('IBM is stored nowhere else; a name through it cannot be looked up until alpha is back. The sentence says who was asked.')
    telling.clock(15)
    telling.looksUp(delta, named(root, 'IBM', 'TJW'))
    telling.clock(16.3)
    telling.wakes(delta)
    telling.settle()
  },
} satisfies Story
