/** What all copies of the selected directory say of themselves: asked once, for figure 3, the ring and the status bar. */
import { createContext, useContext, useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { DirectoryId } from '../../core/names'
import { useDesk } from '../desk/desk'
import { useCopy, usePlace, type Place } from '../desk/place'
import type { Reading } from '../desk/reading'
import { linkTrouble } from '../desk/servers'
import { inRingOrder, nothingKnown, withTroubles, type Known, type KnownCopy } from './knownCopies'
import { Rounds } from './rounds'

export interface Reports {
  place: Reading<Place>
  /** In the order of the ring, from this server's copy on; empty before the first has answered. */
  copies: readonly KnownCopy[]
  /** Why no copy can be asked now, in a sentence. */
  failure: string | null
}

const ReportsContext = createContext<Reports | null>(null)

export function useReports(): Reports {
  const reports = useContext(ReportsContext)
  if (reports === null) throw new Error('nobody asks the copies here')
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
  const beat = useBeat(shown ? SHOWN : ELSE)
  const known = useKnown(place.answer, beat)
  const troubles = useStore(tab.view, useShallow((view) => known.copies.map(({ member }) => linkTrouble(view, member.server))))
  const reports = useMemo(() => {
    const copies = inRingOrder(withTroubles(known.copies, troubles), tab.view.getState().server.id)
    return { place, copies, failure: known.failure }
  }, [place, known, troubles, tab])
  return <ReportsContext value={reports}>{children}</ReportsContext>
}

/** Asks anew with every beat, whenever this server's copy changes, and whenever a link comes or goes. */
function useKnown(place: Place | null, beat: number): Known {
  const { tab } = useDesk()
  const di = place?.di ?? null
  const version = useCopy(di)?.version ?? null
  const connected = useStore(tab.view, (view) => view.links.filter(({ state }) => state === 'connected').length)
  const [known, setKnown] = useState<{ di: DirectoryId | null; known: Known }>({ di, known: nothingKnown })
  const rounds = useRef<Rounds | null>(null)
  // By its identifier the own copy is found whoever else on the way is gone.
  const name = place === null || version === null ? place?.directory : `#${place.di}`
  const ask = useEffectEvent((progress: Parameters<typeof tab.service.copies>[1]) => tab.service.copies(name ?? '', progress))

  useEffect(() => {
    if (di === null) return
    const own = new Rounds((progress) => ask(progress), (heard) => setKnown({ di, known: heard }))
    rounds.current = own
    return () => own.stop()
  }, [di])

  const occasion = di === null ? null : [di, beat, version, connected].join(' ')
  useEffect(() => {
    if (occasion !== null) rounds.current?.again()
  }, [occasion])

  return known.di === di ? known.known : nothingKnown
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
