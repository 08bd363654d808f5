/**
 * All is quiet: somebody joins behind a member that lies about what is older than F, which nobody can judge again, where others
 * can be asked [R2]. Whatever comes of it, in the end all copies are equal.
 */
import { contentsOf, isUnswept, type Contents } from '../core/copies/directoryCopy'
import { cutPages, loadOf, type Load } from '../core/copies/pages'
import type { DirectoryId } from '../core/names'
import { ruling } from './checkers'
import type { Random } from './random'
import type { World } from './world'

/** More than one, so that a lie is in the minority. */
const HONEST = 2

export function joinBehindLiars(world: World, directories: readonly DirectoryId[], random: Random): void {
  for (const directory of directories) {
    const members = ruling(world, directory).filter(({ at, copy }) => at.alive && !isUnswept(copy) && copy.base.root.children !== null)
    const joiner = world.servers.find((at) => at.alive && !at.server.removed && at.copyOf(directory) === undefined)
    if (members.length < HONEST + 1 || joiner === undefined) continue
    const { at: liar } = random.pick(members)
    const refusals = (): number => joiner.server.refusals.get('snapshotPage: most copies have another base') ?? 0
    const before = refusals()
    let lies = 0
    liar.lie = (message) => {
      const copy = liar.copyOf(directory)
      if (message.type !== 'snapshotPage' || message.directory !== directory || copy === undefined) return message
      lies++
      return { ...message, page: cutPages(falseLoad(contentsOf(copy), random))[0]! }
    }
    joiner.call({ type: 'ask', servers: [joiner.id], request: { type: 'join', directory, from: [liar.id] } }, () => undefined)
    world.pass(60_000)
    liar.lie = null
    if (lies === 0) continue
    world.count('false snapshots handed to who joins')
    if (refusals() > before) world.notice('a false snapshot was refused')
  }
}

/** A base that leaves a name out, or has one that nobody was allowed to write. */
function falseLoad(contents: Contents, random: Random): Load {
  const at = random.below(contents.base.length)
  const [label, ts, mark] = contents.base[at]!
  const others = contents.base.toSpliced(at, 1)
  return loadOf({ ...contents, base: random.chance(0.5) ? others : [...others, [label, ts, mark, ['Password', ts, 1]]] }, null)
}
