import type { Place } from '../desk/place'
import { useCopy } from '../desk/place'
import { LeftOut } from '../epochs/leftOut'
import { Quarantine } from '../epochs/quarantine'
import { Trouble } from '../parts/text'
import { CopyNews } from './copyNews'
import { FigureThree } from './figureThree'
import { Health } from './health'
import { LeavingNews } from './leavingNews'
import { useReports } from './reports'
import { Ring } from './ring'
import { useShownSweep } from './shownSweep'
import { SweepPanel } from './sweepPanel'

/** Figure 3 over figure 5: what each copy has, and the ring that the sweep runs round. */
export function CopiesTab({ place }: { place: Place }) {
  const { copies, failure } = useReports()
  const copy = useCopy(place.di)
  const sweep = useShownSweep(place.di, copy)
  return (
    <section className="copies" aria-label="Copies">
      {copy !== null && copy.outside !== null && <Quarantine copy={copy} />}
      <LeavingNews copy={copy} copies={copies} place={place} />
      {failure !== null && <Trouble>{failure}</Trouble>}
      {copies.length === 0 && failure === null && <p className="empty">Asking the copies…</p>}
      {copies.length > 0 && (
        <>
          <FigureThree copies={copies} place={place} />
          <CopyNews copy={copy} copies={copies} place={place} />
          {(copy === null || copy.outside === null) && <LeftOut copies={copies} di={place.di} directory={place.directory} />}
          <div className="figure-five">
            <Ring copies={copies} sweep={sweep} />
            <SweepPanel place={place} copy={copy} sweep={sweep} copies={copies} />
          </div>
          <Health copies={copies} />
        </>
      )}
    </section>
  )
}
