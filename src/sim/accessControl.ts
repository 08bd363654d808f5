/**
 * accessControl: "an update is authorised as of its time-stamp … so all copies agree" [A2]: each node that a copy shows was made by
 * an update that all older ones let its author make.
 */
import { completeTo, type CopyChange, type DirectoryCopy } from '../core/copies/directoryCopy'
import type { Timestamp } from '../core/timestamp'
import type { ValueNode } from '../core/values/valueTree'
import { onceFor } from './checkers'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

export function watchRights(world: World): void {
  if (!world.hasPeople) return
  world.observers.push({
    stepped: (server, _input, effects) => {
      if (effects.save.length === 0) return
      const changed = new Set(effects.save.flatMap((save) => ('copy' in save && changesTree(save.change) ? [save.directory] : [])))
      for (const directory of changed) {
        const copy = server.copyOf(directory)
        if (copy?.state !== 'active' || world.unsound.has(copy.id)) continue
        world.judge('accessControl', () => showsWhatIsAuthorised(world, server, copy))
      }
    },
  })
}

/** Whether readers may see something else from then on. */
const changesTree = (change: CopyChange): boolean => change.type !== 'fields' || change.fields.stableMark !== undefined || change.fields.state !== undefined || change.fields.epoch !== undefined

function showsWhatIsAuthorised(world: World, { name }: SimServer, copy: DirectoryCopy): void {
  const authorised = world.database.countingBefore(copy.directory, copy.epoch, completeTo(copy), copy.log)
  if (showsNoStray(copy, authorised)) return
  const stray = strayBelow(copy.visible.root, authorised)
  const author = copy.log.find(({ ts }) => ts === stray)?.intent.author ?? 'somebody'
  throw new Accusation('accessControl', `the copy of ${copy.directory.slice(0, 4)} on ${name} shows what ${author} made at ${stray}, without the right to`)
}

const showsNoStray = onceFor((root: ValueNode, authorised: ReadonlySet<Timestamp>) => strayBelow(root, authorised) === undefined)

/** The time-stamp of something shown below a node that is none of these. */
function strayBelow({ children }: ValueNode, authorised: ReadonlySet<Timestamp>): Timestamp | undefined {
  for (const node of children?.values() ?? []) {
    if (node.mark !== 'present') continue
    const stray = authorised.has(node.ts) ? strayBelow(node, authorised) : node.ts
    if (stray !== undefined) return stray
  }
  return undefined
}
