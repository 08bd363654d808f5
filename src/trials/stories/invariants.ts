/**
 * What is true at every moment of every story, whatever its script does: DC1 and D1 for each copy whenever it changes, DC2
 * whenever a ring does, F1 whenever a stable mark does, and monotone always. DB is gathered from what the copies save.
 */
import { invariant } from '../../core/assert'
import { completeTo, type DirectoryCopy } from '../../core/copies/directoryCopy'
import type { Effects } from '../../core/effects'
import type { CopyId, DirectoryId } from '../../core/names'
import { later, type Timestamp } from '../../core/timestamp'
import { encodeVisible } from '../../core/values/encodeTree'
import type { UpdateSet } from '../../core/values/intent'
import { pointerIn, shows } from '../../sim/checkers'
import { Database } from '../../sim/database'
import { marksOf, type Marks } from '../../sim/simServer'
import type { Member } from '../cluster'

export class Invariants {
  private readonly database = new Database()
  private readonly known = new Map<CopyId, Marks>()

  /** Looks at what a step saved and changed. */
  stepped(members: readonly Member[], member: Member, effects: Effects): void {
    for (const save of effects.save) {
      if (!('copy' in save)) continue
      const changed = member.server.copies.get(save.directory)
      if (changed?.id === save.copy) this.database.follow(changed, save.change)
      if (save.change.type !== 'absorbed') continue
      for (const set of save.change.sets) if (set.ts.endsWith(save.copy) && !this.database.has(save.directory, set.ts)) this.database.accept(save.directory, save, set)
    }
    for (const directory of effects.changed) {
      const copy = member.server.copies.get(directory)
      if (copy === undefined) continue
      this.monotone(member, copy)
      if (copy.state !== 'active') continue
      this.shows('DC1', member, copy, completeTo(copy))
      const active = members.flatMap((each): [Member, DirectoryCopy][] => (each.server.copies.get(directory)?.state === 'active' && each.copy(directory).epoch === copy.epoch ? [[each, each.copy(directory)]] : []))
      if (members.every(({ server }) => (server.copies.get(directory)?.epoch ?? copy.epoch) <= copy.epoch)) closed(directory, active, members)
      const mark = active.map(([, { stableMark }]) => stableMark).reduce(later)
      for (const [each, other] of active) this.shows('F1', each, other, later(other.lastSweep, mark))
    }
  }

  /** Every update that any copy of the directory accepted, oldest first. */
  updates(directory: DirectoryId): UpdateSet[] {
    return this.database.sets(directory).map(({ set }) => set).toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
  }

  /** True when what readers of the copy see is what all of DB means, as its epoch knows it. */
  isComplete(copy: DirectoryCopy): boolean {
    return shows(copy.visible.root, this.database.meaning(copy.directory, ({ ts }) => this.database.isOf(copy.directory, copy.epoch, ts)))
  }

  /** The copy shows exactly what DB's updates before T and those of its log mean together. */
  private shows(rule: string, { name }: Member, copy: DirectoryCopy, T: Timestamp): void {
    const expected = this.database.meaningBefore(copy.directory, copy.epoch, T, copy.log)
    invariant(shows(copy.visible.root, expected), rule, `${name} shows ${seen(copy)} where DB before ${T} says ${JSON.stringify(encodeVisible(expected))}`)
  }

  private monotone({ name }: Member, copy: DirectoryCopy): void {
    const before = this.known.get(copy.id)
    for (const field of ['epoch', 'nextTS', 'lastSweep', 'stableMark', 'highest'] as const) invariant(before === undefined || copy[field] >= before[field] || (field === 'lastSweep' && copy.epoch > before.epoch), 'monotone', `${field} of ${name} fell`)
    this.known.set(copy.id, marksOf(copy))
  }
}

const seen = (copy: DirectoryCopy): string => JSON.stringify(encodeVisible(copy.visible.root.children))

/** DC2: from every active copy of the epoch that rules the pointers lead through all the others, and back. */
function closed(directory: DirectoryId, active: readonly [Member, DirectoryCopy][], members: readonly Member[]): void {
  const all = new Map(members.flatMap(({ server }) => server.copies.get(directory) ?? []).map((copy) => [copy.id, copy]))
  for (const [member, copy] of active) {
    const met = new Set<CopyId>()
    for (let at: DirectoryCopy | undefined = copy; at !== undefined && !met.has(at.id); at = all.get(pointerIn(copy.epoch, at).copy)) met.add(at.id)
    invariant(active.every(([, other]) => met.has(other.id)), 'DC2', `the ring from ${member.name} does not lead to every copy`)
  }
}
