/** What of a value has not reached the level that was chosen for it [P11]: said where it stands, with the count. */
import { createContext, useContext, useEffect, useState } from 'react'
import type { Undurable } from '../../client/nameService'
import type { DirectoryId } from '../../core/names'
import type { Timestamp } from '../../core/timestamp'
import { useDesk } from '../desk/desk'

type Kept = ReadonlyMap<Timestamp, Undurable>

/** Updates of the directory on show that are not durable yet, by time-stamp. */
export const KeptContext = createContext<Kept>(new Map())

export function useKept(di: DirectoryId): Kept {
  const { service } = useDesk().tab
  const [kept, setKept] = useState<Kept>(new Map())
  useEffect(() => service.undurable((all) => setKept(new Map(all.filter(({ directory }) => directory === di).map((each) => [each.ts, each])))), [service, di])
  return kept
}

/** Beside the node that the update made. */
export function NotDurable({ ts }: { ts: Timestamp }) {
  const update = useContext(KeptContext).get(ts)
  if (update === undefined) return null
  return (
    <span className="mark-word not-durable" title={update.reason}>
      {countOf(update)}
    </span>
  )
}

/** Above the value, whatever form it is shown in: what was deleted has no place in it. */
export function AllNotDurable() {
  const all = [...useContext(KeptContext).values()]
  return (
    <p className="warn-text not-durable-all" role="status" aria-label="Durability">
      {all.length === 1 && `A change here is ${countOf(all[0]!)}.`}
      {all.length > 1 && `${all.length} changes here are not durable yet: the least is at ${Math.min(...all.map(({ reached }) => reached))} of the ${Math.max(...all.map(({ wanted }) => wanted))} copies.`}
    </p>
  )
}

const countOf = ({ isLost, reached, wanted }: Undurable): string => (isLost ? 'lost' : `not durable yet: ${reached}/${wanted} copies`)
