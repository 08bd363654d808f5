/**
 * DB, the paper's auxiliary variable: "a function DI → directory that defines the current contents of the database … there
 * is no way to read it out". In the simulator there is.
 */
import type { CopyId, DirectoryId } from '../core/names'
import type { Timestamp } from '../core/timestamp'
import { closedForm, visibleForm, type Form } from '../core/values/closedForm'
import { intentId, updatesOf, type UpdateSet } from '../core/values/intent'

interface Accepted {
  set: UpdateSet
  by: CopyId
  /** Its client has been told. */
  acknowledged: boolean
}

export class Database {
  readonly directories = new Map<DirectoryId, Map<Timestamp, Accepted>>()

  /** A copy has accepted a set in a transaction. */
  accept(directory: DirectoryId, by: CopyId, set: UpdateSet): void {
    const sets = this.directories.get(directory) ?? new Map<Timestamp, Accepted>()
    this.directories.set(directory, sets.set(set.ts, { set, by, acknowledged: false }))
  }

  /** The transaction did not complete: it never happened. */
  withdraw(directory: DirectoryId, ts: Timestamp): void {
    const sets = this.directories.get(directory)
    sets?.delete(ts)
    if (sets?.size === 0) this.directories.delete(directory)
  }

  acknowledge(directory: DirectoryId, ts: Timestamp): void {
    const accepted = this.directories.get(directory)?.get(ts)
    if (accepted !== undefined) accepted.acknowledged = true
  }

  sets(directory: DirectoryId): Accepted[] {
    return [...(this.directories.get(directory)?.values() ?? [])]
  }

  has(directory: DirectoryId, ts: Timestamp): boolean {
    return this.directories.get(directory)?.has(ts) ?? false
  }

  /**
   * What the sets that `included` picks mean together: the closed form [V3] of those that count. Of one intent stamped
   * twice the earlier counts [A1]; a set counts only if each ancestor it names was created by an older one that does [V2].
   */
  meaning(directory: DirectoryId, included: (set: UpdateSet) => boolean): Form {
    return visibleForm(closedForm(this.counting(directory, included).flatMap(updatesOf)))
  }

  /** Those of the sets picked that count, oldest first. */
  counting(directory: DirectoryId, included: (set: UpdateSet) => boolean): UpdateSet[] {
    const first = new Map<string, UpdateSet>()
    for (const { set } of this.sets(directory)) {
      if (!included(set)) continue
      const id = intentId(set.intent)
      const known = first.get(id)
      if (known === undefined || set.ts < known.ts) first.set(id, set)
    }
    const created = new Set<string>()
    return [...first.values()].toSorted((a, b) => (a.ts < b.ts ? -1 : 1)).filter((set) => counts(set, created))
  }
}

/** Whether all ancestors of a set are among those created so far; then what it creates is added to them. */
function counts(set: UpdateSet, created: Set<string>): boolean {
  const prefixes = updatesOf(set).flatMap(({ path, mark }) => path.map((_, depth) => ({ key: JSON.stringify(path.slice(0, depth + 1)), own: path[depth]![1] === set.ts, mark })))
  if (prefixes.some(({ key, own }) => !own && !created.has(key))) return false
  for (const { key, own } of prefixes) if (own) created.add(key)
  return true
}
