import type { DirectoryId } from '../../core/names'
import { namedBy } from '../../core/directories/reference'
import { effectiveParent, pendingIn } from '../../core/entries/parents'
import { named, type Member } from '../cluster'
import { beside } from './pictures'
import type { Story } from './telling'

export default {
  figure: 7,
  title: 'A subtree moves, and every name in use goes on',
  servers: 2,
  tell(telling) {
    const [alpha, beta] = telling.members as [Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    const [dec, src] = [telling.directory('#3201'), telling.directory('#5527')]
    telling.newD(alpha, root, 'DEC', dec)
    telling.newD(beta, root, 'SRC', src)
    for (const directory of [root, dec]) telling.join(beta, directory, alpha)
    telling.join(alpha, src, beta)
    telling.beginWith([alpha, beta].flatMap((member) => [root, dec, src].map((directory): [Member, DirectoryId] => [member, directory])))

    telling.say(`ANSI has two directories, DEC with the DI #3201 and SRC with #5527; each server stores all three. SRC is to become part of DEC:
      ANSI/DEC/SRC. Everybody who uses ANSI/SRC today goes on using it. The back-reference in the child comes first: it says what is
      to be. No lock is taken anywhere.`)
    telling.event('a client calls', 'MoveSubtree(ANSI/SRC, ANSI/DEC/SRC)')
    telling.quietly(() => telling.move(beta, src, dec, 'SRC'))
    telling.quietly(() => telling.settle())
    telling.picture(telling.references(beta))
    telling.say(`Whether that may be depends on where DEC is. Somebody elsewhere may be moving DEC below SRC at this moment, and nobody has heard of
      it: two such moves would make a circle. So the move is pending, until F of every directory above has passed it: then no earlier
      record of any of them can still turn up. beta asks them, and has them swept.`)
    telling.clock(11)
    telling.wakes(beta)
    telling.settle()
    telling.picture(beside(['in ANSI:', telling.names(alpha, root, 'DEC', 'SRC')], ['in ANSI/DEC:', telling.names(alpha, dec, 'SRC')]))
    telling.say(`Settled is written beside the record. Then the references follow: first the new one. Once F of DEC has passed that, no copy of DEC lacks it,
      and the old one becomes, in one update, a link. At no instant was the name ANSI/SRC without meaning, whichever copies were asked.`)
    telling.looksUp(alpha, named(root, 'SRC'))
    telling.holds('M4', 'the old name leads to the directory that moved', effectiveParent(alpha.copy(src))?.parent === dec && namedBy(alpha.copy(root).visible, 'SRC')?.type === 'link')

    telling.say(`Now two moves that cross. The link between the servers is cut. At alpha SRC goes back to ANSI/SRC and then, while nobody at beta
      knows, DEC goes below it; at beta DEC/SRC gets the name DEC/Research. Each side has a tree. Both wait.`)
    telling.clock(20)
    telling.cut(alpha, beta)
    telling.quietly(() => telling.move(alpha, src, root, 'SRC'))
    telling.clock(21)
    telling.quietly(() => telling.move(alpha, dec, src, 'DEC'))
    telling.clock(22)
    telling.quietly(() => telling.move(beta, src, dec, 'Research'))
    telling.picture(beside(['alpha:', telling.references(alpha)], ['beta:', telling.references(beta)]))
    telling.say(`Healed, all records come together, and everybody takes them in the order of their time-stamps. SRC is in ANSI from 20 on, so DEC may be
      below it from 21 on; then Research, of 22, would put SRC below itself. It is void.`)
    telling.clock(30)
    telling.connect(alpha, beta)
    telling.quietly(() => telling.pass(120_000))
    telling.picture(telling.references(alpha))
    telling.picture(beside(['in ANSI:', telling.names(beta, root, 'DEC', 'SRC')], ['in DEC:', telling.names(beta, dec, 'SRC')], ['in SRC:', telling.names(beta, src, 'DEC')]))
    const places = [alpha, beta].map((member) => [dec, src].map((directory) => effectiveParent(member.copy(directory))?.parent))
    telling.holds('M2', 'both servers have the same tree: SRC in ANSI, DEC in SRC', places.every(([ofDec, ofSrc]) => ofDec === src && ofSrc === root))
    telling.holds('M3', 'and nothing is open', [dec, src].every((directory) => pendingIn(alpha.copy(directory)).length === 0))
  },
} satisfies Story
