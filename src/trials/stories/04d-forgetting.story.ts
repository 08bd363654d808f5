import { visibleAt } from '../../core/values/valueTree'
import { ofType, type Member } from '../cluster'
import { beside } from './pictures'
import type { Story } from './telling'

export default {
  figure: 4,
  title: 'What is deleted is forgotten, once the stable mark has passed it',
  servers: 3,
  tell(telling) {
    const [alpha, beta, gamma] = telling.members as [Member, Member, Member]
    const src = telling.begin('SRC', [alpha, beta, gamma])
    const trees = (): void => telling.picture(beside(...telling.members.map((member) => [`${member.name}:`, telling.tree(member, src)] as const)))

    telling.say(`alpha registers Wright at 10, with a phone. The message to gamma is held up. At 11 beta deletes Wright again, and that is heard
      everywhere.`)
    telling.accepts(alpha, src, ['Wright'], [['Phone', true]])
    const slow = telling.holdsUp(({ to }) => to === gamma)
    telling.settle()
    telling.clock(11)
    telling.accepts(beta, src, ['Wright'], false)
    telling.settle()
    trees()
    telling.say(`Deleting leaves a node, marked absent, with the time-stamp of the deletion. It must stay for a while. Were gamma to forget it at once, the
      message that is still on its way would bring Wright back.`)

    telling.say(`A sweep at 13 makes all copies equal. May they forget now? Not yet: a copy that is written to cannot tell whether the others have been, or ever
      will be, for the coordinator may die. So F, the mark up to which copies forget, becomes the least lastSweep that this sweep has
      seen, and that is still 9. (Only the write pass is shown.)`)
    telling.clock(13)
    telling.sweeps(alpha, src)
    telling.quietly(() => telling.settle(ofType('lookSweep', 'looked', 'readSweep', 'readPage')))
    telling.settle()
    telling.showCopies(src, ['lastSweep', 'stableMark'])
    telling.holds('P8', 'F is less than the sweep\'s own time-stamp', telling.copies(src).every(({ stableMark, lastSweep }) => stableMark < lastSweep))

    telling.say(`The next sweep, at 15, finds every copy at 13: what is earlier is everywhere, and F becomes 13. Each copy folds its updates up to there
      into its base, and forgets the absent nodes.`)
    telling.clock(15)
    telling.sweeps(beta, src)
    telling.quietly(() => telling.settle(ofType('lookSweep', 'looked')))
    telling.settle()
    telling.showCopies(src, ['lastSweep', 'stableMark'])
    trees()
    telling.holds('G1', 'no copy has a node for Wright any more', telling.copies(src).every((copy) => !copy.visible.root.children!.has('Wright')))

    telling.say(`And now the message from 10 reaches gamma, where nothing is left that would say that Wright was deleted. But it is older than F. Every
      update older than F is at every copy; so gamma has had this one, or has had what made it void. It is ignored.`)
    telling.comes(slow, 'late')
    trees()
    telling.holds('noResurrection', 'what was deleted before F is visible nowhere, ever again', telling.copies(src).every((copy) => visibleAt(copy.visible, ['Wright']) === undefined))
  },
} satisfies Story
