import type { Outcomes } from '../../core/requests'
import { signed } from '../../sim/simServer'
import { explainOutcome } from '../../sim/transcript'
import { effectiveParent } from '../../core/entries/parents'
import { namedBy } from '../../core/directories/reference'
import type { DirectoryId } from '../../core/names'
import { named, type Member } from '../cluster'
import { beside } from './pictures'
import type { Story } from './telling'

export default {
  figure: 10,
  title: 'Two directories are created under one name',
  servers: 2,
  tell(telling) {
    const [alpha, beta] = telling.members as [Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    telling.join(beta, root, alpha)
    telling.beginWith([[alpha, root]])
    const [one, other] = [telling.directory('#3255'), telling.directory('#5527')]
    telling.tellOf(one, other)
    /** NewD at this server, which stores the parent too: all of it happens here. */
    const create = (at: Member, directory: DirectoryId): void => {
      telling.event('a client calls', `NewD(${at.name}, ANSI/DEC)`)
      const intent = telling.intent(at, directory, 'newD', [['.', null, [['BR', null, [[root, null, [['DEC', null, true]]]]]]]])
      telling.begins(at, { type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: signed(intent) } }, (outcome) => explainOutcome('create', outcome as Outcomes['create']))
    }
    const picture = (): void => telling.picture(beside(...[alpha, beta].map((member) => [`at ${member.name}:`, telling.references(member)] as const)))

    telling.say(`A directory's place in the tree is written down twice: as a reference (DR) in the parent, which lookups follow, and as a back-reference
      (BR) in the child. The two are in different directories and cannot be changed together. The back-reference is primary: it is made
      first, and the reference is made to agree with it.`)
    telling.say('The root ANSI is stored on alpha and beta, and the link between them is cut. At 10 somebody creates the directory ANSI/DEC at alpha. It gets the DI #3255, its first copy with the back-reference, then the reference in the parent.')
    telling.cut(alpha, beta)
    create(alpha, one)
    telling.say('At 12 somebody else creates ANSI/DEC at beta, which has heard nothing of that. Both go on to work with their directories.')
    telling.clock(12)
    create(beta, other)
    telling.clock(13)
    telling.accepts(alpha, one, ['Lampson'], true)
    telling.accepts(beta, other, ['Birrell'], true)
    telling.lose(() => true)
    picture()

    telling.say(`The link is up again, and the copies of ANSI exchange their updates. A name in a directory is a node like any other: of the two that were
      created the later wins, with all that is below. For a moment #3255 has a parent by its own word, and no name there.`)
    telling.until(14)
    telling.connect(alpha, beta)
    telling.settle()
    picture()

    telling.say(`alpha stores #3255, sees that the name it goes by now leads to another directory, and cleans up: the directory takes another name, made of
      the old one and its DI. Again the back-reference is changed first, then the reference follows. Cleanup works from what it finds, can
      be done by any copy and repeated at will; if it dies between two steps, the next one goes on.`)
    telling.wakes(alpha)
    telling.settle()
    picture()
    telling.say('Both directories can be found, and nothing in them is lost. What the name means is for their owners to settle.')
    telling.clock(16)
    telling.looksUp(beta, named(root, 'DEC'), 'Birrell')
    telling.looksUp(beta, named(root, 'DEC~3255'), 'Lampson')
    const agrees = ([member, directory]: [Member, DirectoryId]): boolean => {
      const up = effectiveParent(member.copy(directory))!
      const down = namedBy(alpha.copy(root).visible, up.label)
      return up.parent === root && down?.type === 'directory' && down.directory === directory
    }
    telling.holds('M4', 'each reference is the reverse of a back-reference', ([[alpha, one], [beta, other]] as [Member, DirectoryId][]).every(agrees))
    telling.holds('M6', 'the later one has kept the name, the other has another and is not lost', effectiveParent(beta.copy(other))?.label === 'DEC' && alpha.sees(one).includes('Lampson'))
  },
} satisfies Story
