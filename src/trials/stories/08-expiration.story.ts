import { recall, remember, type NameCache } from '../../core/directories/nameCache'
import type { Found } from '../../core/directories/lookup'
import { explain, isFailure } from '../../core/errors'
import type { DirectoryId, Label } from '../../core/names'
import type { Change, Drafted } from '../../core/requests'
import { isoTime } from '../../core/timestamp'
import type { Tree } from '../../core/values/readValue'
import { GENESIS, named, type Member } from '../cluster'
import type { Story, Telling } from './telling'

const link = (to: string): Tree => [['Link', [['To', [[to, true]]]]]]

/** A change drawn up and submitted at a server's own copy; a refusal is told. */
function changes(telling: Telling, at: Member, directory: DirectoryId, what: string, change: Pick<Change, 'procedure' | 'tree'> & { labels: Label[] }): boolean {
  const { procedure, labels, tree } = change
  const drafted = telling.atOnce(at, { type: 'ask', servers: [at.id], request: { type: 'draft', directory, change: { procedure, under: { labels, incarnations: null }, tree, replace: false } } }) as Drafted
  telling.event('a client calls', what)
  const outcome = telling.atOnce(at, telling.submitCall(at, directory, drafted.branches, procedure))
  if (isFailure(outcome)) telling.event(at.name, `answers: ${explain(outcome)}`)
  return !isFailure(outcome)
}

export default {
  figure: 8,
  title: 'A name is cached until the first expiration on its way',
  servers: 4,
  tell(telling) {
    const [alpha, beta, gamma, delta] = telling.members as [Member, Member, Member, Member]
    const root = telling.firstRoot(alpha, telling.directory('ANSI'))
    telling.join(beta, root, alpha)
    const [dec, src] = [telling.directory('DEC'), telling.directory('SRC')]
    telling.beginWith([])
    telling.quietly(() => {
      telling.newD(beta, root, 'DEC', dec)
      telling.newD(gamma, dec, 'SRC', src)
      changes(telling, alpha, root, '', { procedure: 'setLink', labels: [], tree: [['Systems', link('/DEC/SRC')]] })
    })
    telling.tellOf(root, dec, src)
    const sweepTwice = (...seconds: [number, number]): void =>
      telling.quietly(() => {
        for (const second of seconds) {
          telling.clock(second)
          for (const [member, directory] of [[alpha, root], [beta, dec]] as const) telling.sweep(member, directory)
        }
      })
    /** Figure 2, of the link only. */
    const showLink = (): void => {
      const lines = telling.tree(alpha, root)
      const begin = lines.findIndex((line) => line.endsWith(' Systems'))
      const indent = lines[begin]!.indexOf('Systems')
      const end = lines.findIndex((line, i) => i > begin && line[indent] !== ' ')
      telling.picture(lines.slice(begin, end))
    }
    sweepTwice(11, 12)
    telling.clock(13)
    const zero = telling.now(alpha) - 13_000
    const at = (seconds: number): string => isoTime(zero + seconds * 1000)
    const setTX = (member: Member, directory: DirectoryId, label: Label, seconds: number): boolean => changes(telling, member, directory, `SetTX(${label}, ${seconds})`, { procedure: 'setTX', labels: [label], tree: [[at(seconds), true]] })

    telling.say(`"It is very desirable for a client to be able to cache the result of a lookup for a while." So an arc may carry an expiration time (TX):
      until then it does not change. ANSI is stored on alpha and beta, DEC on beta, SRC on gamma. At 13 somebody promises ANSI/DEC until 600,
      DEC/SRC until 400, and the link ANSI/Systems, which leads to DEC/SRC, until 300.`)
    setTX(alpha, root, 'DEC', 600)
    setTX(beta, dec, 'SRC', 400)
    setTX(alpha, root, 'Systems', 300)
    telling.settle()
    telling.say('A client of delta, which stores nothing, looks SRC up. The answer may not be cached yet: another copy of ANSI could have changed the same arc at the same time, not having heard of the promise, and its change would count.')
    telling.looksUp(delta, named(root, 'DEC', 'SRC'))
    telling.say('After two sweeps all three promises are older than the stable mark F. Whoever accepts a change from now on has them; and what others had accepted before came with F.')
    sweepTwice(14, 15)
    telling.clock(16)
    telling.picture(['ANSI', '  │  DEC      TX 600', '  ▼', 'DEC', '  │  SRC      TX 400', '  ▼', 'SRC'])
    telling.looksUp(delta, named(root, 'DEC', 'SRC'))
    telling.say('The minimum of what was followed. By the link it is less.')
    telling.looksUp(delta, named(root, 'Systems'))
    const found = telling.quietly(() => telling.lookup(delta, named(root, 'Systems'))) as Found
    telling.holds('W1', 'an answer is valid until the least TX on the way', found.validUntil === zero + 300_000)
    const cache: NameCache = new Map()
    remember(cache, found.trail)
    telling.holds('', 'a client that has kept the arcs finds DEC until 599, and asks again at 600', recall(cache, root, 'DEC', zero + 599_000) !== undefined && recall(cache, root, 'DEC', zero + 600_000) === undefined)

    telling.say('At 20 a client of beta wants Systems to lead to DEC itself. But somewhere the old way may stand in a cache until 300, by a clock that may be 300 s slow, while the clock of beta may be 300 s fast.')
    telling.clock(20)
    const early = changes(telling, beta, root, 'SetLink(ANSI/Systems, /DEC)', { procedure: 'setLink', labels: [], tree: [['Systems', link('/DEC')]] })
    telling.holds('W3', 'what may stand in a cache stays as it is', !early)
    telling.say('So the change is planned. What Systems will be stands beside what it is, and is a mark as well: whoever sees it makes no more promises.')
    changes(telling, beta, root, 'SetLink(ANSI/Systems, /DEC), planned', { procedure: 'plan', labels: [], tree: [['Systems', link('/DEC')]] })
    telling.settle()
    showLink()
    telling.clock(21)
    setTX(alpha, root, 'Systems', 500)
    telling.say('Sweeps make the mark stable, and time passes. Nobody need be there who planned the change: beta, whose copy accepted the plan, makes it in its own name once the time has come, and a sweep has shown that it is still to be made.')
    telling.until(899)
    telling.clock(899)
    telling.looksUp(delta, named(root, 'Systems'))
    telling.until(960)
    telling.clock(960)
    telling.looksUp(delta, named(root, 'Systems'))
    showLink()
    const after = telling.quietly(() => telling.lookup(delta, named(root, 'Systems'))) as Found
    telling.holds('W3', 'the change was made when no cache could still show what it replaced', after.directory === dec && GENESIS + telling.time > zero + 900_000)
  },
} satisfies Story
