import type { Call } from '../../core/calls'
import { firstChange, rootSelf } from '../../core/directories/rootSelf'
import { inSNOf } from '../../core/entries/serverEntry'
import { explain, isFailure } from '../../core/errors'
import type { Finding } from '../../core/requests'
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
    telling.say(`A server has a name like everything else: an entry, whose value is the server's identifier (SI), its address and its key. It stands in
      the root, unless somebody says otherwise. (Identifiers and keys are written here as the names of their servers.)`)
    telling.say('Three servers, connected, and no directory at all. alpha is told to make the root, and enters itself.')
    telling.event('a client calls', 'FirstRoot(alpha)')
    const intent = telling.intent(alpha, root, 'newD', firstChange('ANSI', rootSelf(0)))
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
      telling.call(member, { type: 'setUpOn', path: ['omega'], up: null })
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

    telling.say(`Servers can also be named in the directories that they serve. The paper warns of a loop: if DEC were stored only on servers named
      in DEC, one would need DEC to find DEC. So a directory says whether it may name servers (InSN), and it may only while a copy of it is on a
      server with a shorter name. DEC is made at beta, which is named in the root.`)
    const dec = telling.directory('DEC')
    telling.quietly(() => {
      telling.newD(beta, root, 'DEC', dec)
      telling.pass(20_000)
    })
    const ask = (request: Extract<Call, { type: 'ask' }>['request']): Call => ({ type: 'ask', servers: [beta.id], request })
    const refused = (member: Member, what: string, call: Call): string => {
      const outcome = telling.quietly(() => telling.tryAsk(member, call))
      const sentence = isFailure(outcome) ? explain(outcome) : ''
      telling.event('a client calls', what)
      telling.event(member.name, `answers: ${sentence}`)
      return sentence
    }
    const early = refused(gamma, 'SetUpOn(ANSI/DEC/gamma, ANSI/alpha) at gamma', { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
    telling.holds('S1', 'no server is named where InSN is not', early.includes('S1'))
    telling.say('With InSN gamma moves into DEC. It points up to alpha, whose directory, the root, it stores; alpha is told, under its own entry.')
    telling.quietly(() => {
      telling.ask(beta, ask({ type: 'setInSN', directory: dec, to: true }))
      telling.join(gamma, dec, beta)
      telling.ask(gamma, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
      telling.pass(60_000)
    })
    const placed = (): void => {
      const rows = telling.members.map(({ name, server }) => `ANSI/${server.name.padEnd(12)}stores ${[...server.copies.values()].map((copy) => `${copy.directory === root ? 'ANSI' : 'DEC'}${inSNOf(copy.visible) === null ? '' : ' (InSN)'}`).join(', ').padEnd(26)}${server.up === null ? '' : `up: ANSI/${server.up.name}`}${server.name.endsWith(name) ? '' : ` (${name})`}`)
      telling.picture(rows)
    }
    placed()
    telling.holds('S3', 'gamma points up to a server with a shorter name, and stores its directory', gamma.server.up?.name === 'alpha' && gamma.server.copies.has(gamma.server.up.directory))
    telling.say('Now gamma rests on alpha, and DEC on beta: neither name nor copy may go.')
    const names1 = refused(alpha, 'SetUpOn(ANSI/aleph) at alpha', { type: 'setUpOn', path: ['aleph'], up: null })
    const copies1 = refused(beta, 'RemoveDC(ANSI/beta, DEC)', ask({ type: 'leave', directory: dec, force: false }))
    telling.holds('S2', 'a copy of DEC stays on a server that is found without DEC', copies1.includes('S2') && names1.includes('S3'))
    telling.say('Somebody insists, and the copy on beta goes. CheckS at gamma says what is wrong, and has it repaired by a server with a shorter name.')
    telling.quietly(() => {
      telling.ask(beta, ask({ type: 'leave', directory: dec, force: true }))
      telling.pass(60_000)
    })
    const { findings } = telling.quietly(() => telling.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'checkS', directory: root, name: null, repair: true } })) as { findings: Finding[] }
    for (const { rule, sentence, repair } of findings.filter((each) => each.rule !== 'R9')) telling.event('CheckS', `${rule}: ${sentence}. ${repair}.`)
    telling.quietly(() => telling.pass(60_000))
    placed()
    telling.holds('S2', 'DEC is on a server with a shorter name again', telling.members.some(({ server }) => server.copies.get(dec)?.state === 'active' && !server.name.includes('/')))
  },
} satisfies Story
