import type { QuarantineEntry } from '../../core/requests'
import type { Timestamp } from '../../core/timestamp'
import type { CopyView } from '../../tab/view'
import { Told } from '../copies/figureThree'
import { clockTime } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { useReading } from '../desk/reading'
import { SureButton } from '../parts/sureButton'
import { Explained, Stamp } from '../parts/text'
import { counted } from './wording'

/** E7: what was done on a copy that the epoch left out, and the ring never got; a person decides on each. */
export function Quarantine({ copy: { directory, version, outside } }: { copy: CopyView }) {
  const { tab, notices } = useDesk()
  const { service } = tab
  const { answer: entries, failure, again } = useReading(`quarantine ${directory}`, version, () => service.quarantine(`#${directory}`))
  const decide = (text: string, work: Promise<number>): void => void notices.during(text, work).then(again)
  const makeAnew = (stamps?: Timestamp[]): void => decide(stamps === undefined ? 'Making all anew' : 'Making it anew', service.reapply(`#${directory}`, stamps))
  const discard = (stamps?: Timestamp[]): void => decide('Discarding', service.discard(`#${directory}`, stamps))
  return (
    <section className="quarantine" aria-labelledby="quarantine-heading">
      <h3 id="quarantine-heading">
        <Explained term="quarantine">Quarantine</Explained>
      </h3>
      {entries === null || entries.length === 0 ? (
        <p className="hint">{failure ?? (entries === null ? 'The copy is being compared with the ring…' : 'The ring has everything that was done here; this copy goes by itself, and can be made again.')}</p>
      ) : (
        <>
          <p className="hint">
            Done on this copy, and never in the ring. Made anew, each is a new update of yours, with the time of now.
            {entries.some(({ conflict }) => conflict) && ' Where something was changed since, it would take the place of that.'}
          </p>
          <ul>
            {entries.map((entry) => (
              <Entry key={entry.ts} entry={entry} onMakeAnew={() => makeAnew([entry.ts])} onDiscard={() => discard([entry.ts])} />
            ))}
          </ul>
          {entries.length > 1 && (
            <p className="row">
              <button type="button" onClick={() => makeAnew()}>
                Make all anew
              </button>
              <SureButton word="Discard all" sure={`Discard ${counted(entries.length, 'update')} for good`} onSure={() => discard()} />
            </p>
          )}
        </>
      )}
      <p className="row">
        <button type="button" onClick={() => void notices.during('Comparing with the ring', service.compare(`#${directory}`))}>
          Compare again
        </button>
        <span className="hint" role="status">
          {outside?.comparedAt === null || outside === null ? 'Being compared with the ring…' : `Compared with the ring at ${clockTime(outside.comparedAt)}; again as soon as something changes there.`}
        </span>
      </p>
    </section>
  )
}

function Entry({ entry: { ts, what, conflict }, onMakeAnew, onDiscard }: { entry: QuarantineEntry; onMakeAnew: () => void; onDiscard: () => void }) {
  return (
    <li>
      <span>
        <Stamp ts={ts} /> <Told text={what} /> {conflict && <span className="warn-text">changed there since</span>}
      </span>
      <span className="decisions">
        <button type="button" className="small" aria-label={`Make anew: ${what}`} onClick={onMakeAnew}>
          Make anew
        </button>
        <SureButton small word="Discard" sure="Discard for good" about={what} onSure={onDiscard} />
      </span>
    </li>
  )
}
