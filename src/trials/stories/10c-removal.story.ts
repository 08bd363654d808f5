import { childLabel } from '../../core/directories/children'
import { namedBy } from '../../core/directories/reference'
import { explain, isFailure, type Failure } from '../../core/errors'
import { signed } from '../../sim/simServer'
import type { DirectoryId } from '../../core/names'
import { named, type Member } from '../cluster'
import type { Story } from './telling'

const said = (outcome: object | Failure): string => (isFailure(outcome) ? `${outcome.code}: ${explain(outcome)}` : 'done')

export default {
  figure: 10,
  title: 'A directory is removed, and nobody who was coming is lost',
  servers: 2,
  tell(telling) {
    const [alpha, beta] = telling.members as [Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    const [dec, wrl] = [telling.directory('#3201'), telling.directory('#5527')]
    telling.newD(alpha, root, 'DEC', dec)
    telling.beginWith([[alpha, root], [alpha, dec]])
    telling.spares((request) => request.type === 'read' && request.path[1] === 'Server')
    telling.tellOf(wrl)
    const removing = (directory: DirectoryId): void => telling.begins(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'removeD', directory } }, said)

    telling.say(`ANSI/DEC is empty, and alpha, which alone stores it, is to remove it. Just before, somebody began to make DEC/WRL at beta, with the DI #5527.
      A new directory is its own copy first, with a back-reference to DEC; only then comes the reference in DEC. Between the two nothing in DEC would speak of
      it. So it is announced there before anything else: whoever removes DEC will look.`)
    telling.event('a client calls', 'NewD(beta, ANSI/DEC/WRL)')
    const intent = telling.intent(beta, wrl, 'newD', [['.', null, [['BR', null, [[dec, null, [['WRL', null, true]]]]]]]])
    telling.quietly(() => telling.announce(alpha, dec, childLabel(wrl), beta))
    telling.cut(alpha, beta)
    telling.quietly(() => telling.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'create', directory: wrl, signed: signed(intent) } }))
    telling.quietly(() => telling.settle())
    telling.say(`The link is cut; WRL exists, at beta, and DEC has no reference to it. Now DEC is to go. It is withdrawn: from here on it takes nothing new. When F has
      passed that, nobody else can have accepted anything either. Then alpha asks after everyone who was announced.`)
    telling.clock(12)
    telling.event('a client calls', 'RemoveD(ANSI/DEC)')
    removing(dec)
    telling.clock(13.5)
    telling.wakes(alpha)
    telling.say('Nobody can tell what became of WRL but beta, and beta is silent. The withdrawal is taken back, and DEC is as it was. The link is healed, the reference follows, and DEC is not empty.')
    telling.connect(alpha, beta)
    telling.quietly(() => telling.pass(30_000))
    telling.picture(telling.references(alpha))
    telling.holds('W5', 'the directory that was on its way is found', !isFailure(telling.quietly(() => telling.lookup(alpha, named(root, 'DEC', 'WRL')))))

    telling.say(`WRL goes first, then DEC. Each closes at its only copy, in one step, from which there is no way back; then the parent lets the name go, and keeps what
      the directory said of its names: moves of others may rest on that for ever.`)
    telling.quietly(() => telling.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'removeD', directory: wrl } }))
    telling.quietly(() => telling.pass(30_000))
    telling.until(90)
    removing(dec)
    telling.settle()
    telling.picture(telling.references(alpha))
    telling.looksUp(beta, named(root, 'DEC'))
    telling.holds('M6', 'the name is gone, and says what happened', namedBy(alpha.copy(root).visible, 'DEC') === null)
  },
} satisfies Story
