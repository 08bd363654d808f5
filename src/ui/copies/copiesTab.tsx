import type { Place } from '../desk/place'
import { useCopy } from '../desk/place'
import { Trouble } from '../parts/text'
import { CopyNews } from './copyNews'
import { FigureThree } from './figureThree'
import { useReports } from './reports'
import { Ring } from './ring'
import { useShownSweep } from './shownSweep'
import { SweepPanel } from './sweepPanel'

/** Figure 3 over figure 5: what each copy has, and the ring that the sweep runs round. */
export function CopiesTab({ place }: { place: Place }) {
  const { answer, failure } = useReports().copies
  const copy = useCopy(place.di)
  const sweep = useShownSweep(place.di, copy)
  return (
    <section className="copies" aria-label="Copies">
      {failure !== null && <Trouble>{failure}</Trouble>}
      {answer === null && failure === null && <p className="empty">Asking the copies…</p>}
      {answer !== null && (
        <>
          <FigureThree reports={answer} place={place} />
          <CopyNews copy={copy} />
          <div className="figure-five">
            <Ring reports={answer} sweep={sweep} />
            <SweepPanel place={place} copy={copy} sweep={sweep} reports={answer} />
          </div>
        </>
      )}
    </section>
  )
}
