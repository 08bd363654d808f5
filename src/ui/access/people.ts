/** The entries of a directory that have keys: its principals. */
import type { JsonTree } from '../../client/nameService'
import { KEYS } from '../../core/auth/keys'
import type { Label } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import type { Place } from '../desk/place'
import { useReading } from '../desk/reading'

export interface People {
  /** Their labels, in order. */
  labels: readonly Label[]
  /** By key: the entries that have it. */
  entries: ReadonlyMap<string, readonly Label[]>
  /** Servers are named in the directory. */
  inSN: boolean
}

const nobody: People = { labels: [], entries: new Map(), inSN: false }

/** Read once where there is no copy here: then whoever is offered may be a little out of date. */
export function usePeople({ di, directory }: Pick<Place, 'di' | 'directory'>): People {
  const { service } = useDesk().tab
  const version = useView((view) => view.copies[di]?.version ?? 0)
  const { answer } = useReading(`people ${di}`, version, async () => peopleIn((await service.getValue(directory)).tree))
  return answer ?? nobody
}

export function peopleIn(tree: JsonTree): People {
  const labels: Label[] = []
  const entries = new Map<string, Label[]>()
  for (const [label, below] of branchesOf(tree)) {
    if (label === '.') continue
    const keys = branchesOf(childOf(below, KEYS)).map(([key]) => key)
    if (keys.length > 0) labels.push(label)
    for (const key of keys) entries.set(key, [...(entries.get(key) ?? []), label])
  }
  return { labels: labels.toSorted(), entries, inSN: childOf(childOf(tree, '.'), 'InSN') !== false }
}

const branchesOf = (tree: JsonTree): [Label, JsonTree][] => (typeof tree === 'boolean' ? [] : Object.entries(tree))
/** Own labels only: there may be one that is called `constructor`. */
const childOf = (tree: JsonTree, label: Label): JsonTree => branchesOf(tree).find(([own]) => own === label)?.[1] ?? false
