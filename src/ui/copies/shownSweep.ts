/** The sweep to draw: the one that runs, or for a moment the one that has just completed, which was too fast to see. */
import { useEffect, useState } from 'react'
import type { DirectoryId, ServerId } from '../../core/names'
import type { CopyView, SweepView } from '../../tab/view'
import { useDesk } from '../desk/desk'

/** Two rounds of the drawing, then a moment of rest. */
const SHOWN = 2000

export function useShownSweep(directory: DirectoryId, copy: CopyView | null): SweepView | null {
  const { view } = useDesk().tab
  const [completed, setCompleted] = useState<SweepView | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = view.subscribe(({ copies, server }, before) => {
      const now = copies[directory]
      const was = before.copies[directory]
      if (now === undefined || was === undefined || now.sweeps.completed <= was.sweeps.completed) return
      setCompleted(completedAt(now, server.id))
      clearTimeout(timer)
      timer = setTimeout(() => setCompleted(null), SHOWN)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [view, directory])
  return sweepToDraw(copy, completed)
}

/** After a failure there is nothing to draw: neither how it would have ended, nor the one that completed before it. */
export function sweepToDraw(copy: CopyView | null, completed: SweepView | null): SweepView | null {
  if (copy === null) return null
  return copy.sweep ?? (copy.heldBackBy !== null || copy.alarm !== null ? null : completed)
}

/** What one started here was, when it was too fast for the view. */
const completedAt = ({ ring, lastSweep }: CopyView, self: ServerId): SweepView => ({
  coordinator: self,
  sweepTS: lastSweep,
  phase: 'write',
  members: ring.map(({ server, copy }) => ({ server, copy, looked: true, read: true, written: true })),
})
