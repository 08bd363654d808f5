/** The sweep to draw: the one that runs, or for a moment the one that has just completed, which was too fast to see. */
import { useEffect, useState } from 'react'
import type { DirectoryId, ServerId } from '../../core/names'
import type { CopyView, SweepView } from '../../tab/view'
import { useDesk } from '../desk/desk'

/** Who started a sweep is not known of one that was only seen to have completed. */
export type ShownSweep = Omit<SweepView, 'coordinator'> & { coordinator: ServerId | null }

/** Two rounds of the drawing, then a moment of rest. */
const SHOWN = 2000

export function useShownSweep(directory: DirectoryId, copy: CopyView | null): ShownSweep | null {
  const { view } = useDesk().tab
  const [completed, setCompleted] = useState<ShownSweep | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = view.subscribe(({ copies }, before) => {
      const now = copies[directory]
      const was = before.copies[directory]
      if (now === undefined || was === undefined || now.lastSweep <= was.lastSweep) return
      setCompleted(completedAt(now))
      clearTimeout(timer)
      timer = setTimeout(() => setCompleted(null), SHOWN)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [view, directory])
  return copy?.sweep ?? completed
}

const completedAt = ({ ring, lastSweep }: CopyView): ShownSweep => ({
  coordinator: null,
  sweepTS: lastSweep,
  phase: 'write',
  members: ring.map(({ server, copy }) => ({ server, copy, looked: true, read: true, written: true })),
})
