/** What all copies of the selected directory say of themselves: read once, for figure 3, the ring and the status bar. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { CopyReport } from '../../client/nameService'
import type { ServerId } from '../../core/names'
import { useDesk } from '../desk/desk'
import { useCopy, usePlace, type Place } from '../desk/place'
import { useReading, type Reading } from '../desk/reading'

export interface Reports {
  place: Reading<Place>
  copies: Reading<readonly CopyReport[]>
}

const ReportsContext = createContext<Reports | null>(null)

export function useReports(): Reports {
  const reports = useContext(ReportsContext)
  if (reports === null) throw new Error('nobody reads the copies here')
  return reports
}

/** Often while the copies are on show, so that a dot fills soon after its update arrived. */
const SHOWN = 700
const ELSE = 3000

/** Reads where the selection leads, and the state of every copy of the directory there; only who asks is drawn again. */
export function ReportsProvider({ children }: { children: ReactNode }) {
  const { selection, tab } = useDesk()
  const at = useStore(selection.store, (selected) => selected.at)
  const shown = useStore(selection.store, ({ show }) => show === 'copies')
  const place = usePlace(at)
  const copy = useCopy(place.answer?.di ?? null)
  const beat = useBeat(shown ? SHOWN : ELSE)
  const { answer } = place
  const copies = useReading(answer === null ? null : `copies ${answer.di}`, `${shown ? (copy?.version ?? '') : ''} ${beat}`, async () =>
    answer === null ? [] : inRingOrder(await tab.service.copies(answer.directory), tab.view.getState().server.id),
  )
  const reports = useMemo(() => ({ place, copies }), [place, copies])
  return <ReportsContext value={reports}>{children}</ReportsContext>
}

function useBeat(every: number): number {
  const [beat, setBeat] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setBeat((before) => before + 1)
    }, every)
    return () => clearInterval(timer)
  }, [every])
  return beat
}

/** From this server's copy on, as the pointers lead; who cannot be asked comes where it is known to stand, else last. */
function inRingOrder(reports: readonly CopyReport[], self: ServerId): CopyReport[] {
  const rest = new Map(reports.map((report) => [report.member.copy, report]))
  const ordered: CopyReport[] = []
  let next = reports.find(({ member }) => member.server === self) ?? reports[0]
  while (next !== undefined) {
    ordered.push(next)
    rest.delete(next.member.copy)
    const pointer = next.state?.pointer.copy
    next = (pointer === undefined ? undefined : rest.get(pointer)) ?? rest.values().next().value
  }
  return ordered
}
