import { formatPath, type DirectoryId } from '../../core/names'
import { inSNOf } from '../../core/entries/serverEntry'
import { wellKnownIn } from '../../core/directories/wellKnown'
import { isFailure } from '../../core/errors'
import { named, type Member } from '../cluster'
import { beside } from './pictures'
import type { Story } from './telling'

export default {
  figure: 6,
  title: 'Two services become one below a new root, and every name of before goes on',
  servers: 2,
  tell(telling) {
    const [alpha, beta] = telling.members as [Member, Member]
    telling.cut(alpha, beta)
    for (const member of telling.members) member.server.wantsRoot = true
    const [dec, ibm, ansi] = [telling.directory('#311'), telling.directory('#552'), telling.directory('#999')]
    const [src, tjw] = [telling.directory('SRC'), telling.directory('TJW')]
    telling.firstRoot(alpha, dec)
    telling.newD(alpha, dec, 'SRC', src)
    telling.firstRoot(beta, ibm)
    telling.newD(beta, ibm, 'TJW', tjw)
    telling.beginWith([[alpha, dec], [beta, ibm]])
    const trees = (): void => telling.picture(beside(['alpha says:', telling.references(alpha)], ['beta says:', telling.references(beta)]))

    const table = (member: Member): void => {
      const { visible } = member.copy(ansi)
      const known = ([[dec, '#311'], [ibm, '#552']] as const).flatMap(([directory, name]) => (wellKnownIn(visible, directory) === null ? [] : [`${name}  ${formatPath(wellKnownIn(visible, directory)!)}`]))
      telling.picture(beside(['in #999:', telling.names(member, ansi, 'DEC', 'IBM')], ['well-known in #999:', known]))
    }

    telling.say(`Two name services have grown apart: DEC, whose root has the DI #311, on the server alpha; and IBM, #552, on beta. Neither has ever heard
      of the other. Their people write #311/SRC and #552/TJW.`)
    trees()
    telling.say('They meet. Each says which root it knows; these are two, so nothing is done, and each keeps its names to itself.')
    telling.clock(11)
    telling.connect(alpha, beta)
    telling.settle()
    telling.holds('O1', 'each server keeps its root', alpha.server.root === dec && beta.server.root === ibm)

    telling.say(`Now DEC gets a root above it: NewRoot makes a directory with a reference to #311 under the name DEC, and with an entry in its table of
      well-known directories: #311 is DEC, seen from here. It is a directory like any other, and nobody's root.`)
    telling.clock(12)
    telling.event('a client calls', 'NewRoot(alpha, #311, DEC)')
    telling.quietly(() => telling.makeRoot(alpha, ansi, dec, 'DEC'))
    table(alpha)
    telling.say(`One write makes it the root: the back-reference in the old one. It is a move like any other, pending until everything above is stable; with a
      mark that it is a root which moves, for of two new roots above #311, made at two places at once, only the first is to count.`)
    telling.clock(13)
    telling.quietly(() => {
      telling.moveRoot(alpha, dec, ansi, 'DEC')
      telling.pass(60_000)
    })
    telling.picture(telling.references(alpha))
    telling.holds('O1', 'alpha has climbed to the new root, and is named in it', alpha.server.root === ansi && alpha.server.home === null && alpha.server.name === 'alpha')
    telling.say('alpha knows the new root now. IBM comes below it, too: MoveSubtree of its root.')
    telling.clock(80)
    telling.event('a client calls', 'MoveSubtree(#552, #999/IBM)')
    telling.quietly(() => {
      telling.moveRoot(beta, ibm, ansi, 'IBM')
      telling.pass(200_000)
    })
    trees()
    table(beta)
    telling.holds('O1', 'beta has followed, and stores the new root', beta.server.root === ansi && beta.copy(ansi).state === 'active' && beta.server.name === 'IBM/beta')
    telling.say(`The table has both old roots. A name that begins with one of them is replaced by a path that starts at the new root: so the names of before
      go on for ever, at every server, and the new ones lead to the same.`)
    telling.looksUp(alpha, named(ibm, 'TJW'))
    telling.looksUp(beta, named(dec, 'SRC'))
    const leads = (member: Member, root: DirectoryId, ...labels: string[]): DirectoryId | null => {
      const outcome = telling.quietly(() => telling.lookup(member, named(root, ...labels)))
      return isFailure(outcome) ? null : outcome.directory
    }
    for (const member of telling.members) telling.holds('O1', `at ${member.name} #311/SRC and #999/DEC/SRC are one directory, #552/TJW and #999/IBM/TJW another`, leads(member, dec, 'SRC') === src && leads(member, ansi, 'DEC', 'SRC') === src && leads(member, ibm, 'TJW') === tjw && leads(member, ansi, 'IBM', 'TJW') === tjw)
    telling.say(`Servers are named in all three directories now. So that the names of servers can be looked up, each directory has a rank, less than
      those below it, which no move changes; and a copy of each old root has gone to the server that is named in the new one.`)
    telling.picture([[ansi, '#999'], [dec, '#311'], [ibm, '#552']].map(([directory, name]) => `${name!.padEnd(6)}rank ${String(inSNOf(alpha.copy(directory as DirectoryId).visible)?.rank).padStart(6)}   on ${telling.members.filter(({ server }) => server.copies.has(directory as DirectoryId)).map(({ name: server }) => server).join(', ')}`))
    telling.holds('S2', 'alpha, named in the root, has a copy of both old roots', [dec, ibm].every((directory) => alpha.server.copies.get(directory)?.state === 'active'))
  },
} satisfies Story
