import { originOf, type Timestamp } from '../../core/timestamp'
import { useView } from '../desk/desk'
import { useCopy, type Place } from '../desk/place'
import { memberLabel } from '../desk/servers'
import { Label, Stamp } from '../parts/text'

/** Who wrote the node under the pointer or the focus, when, and which copy accepted it. */
export function WhoWrote({ pointed, writers, place }: { pointed: string | null; writers: readonly (readonly [Timestamp, string])[]; place: Place }) {
  const person = useView((view) => view.person)
  const copy = useCopy(place.di)
  const ts = pointed as Timestamp | null
  const key = writers.find(([stamp]) => stamp === ts)?.[1]
  const member = ts === null ? undefined : copy?.ring.find((one) => one.copy === originOf(ts))
  return (
    <p className="who" data-who={pointed === null ? undefined : key}>
      {ts === null ? (
        'Point at a label to see who wrote it, and when. Press it to change it: Enter saves, Escape leaves.'
      ) : (
        <>
          <Stamp ts={ts} /> · {key === undefined ? 'the author is not known here' : key === person ? 'written by you' : <>written with the key <Label>{`${key.slice(0, 16)}…`}</Label></>}
          {member !== undefined && (
            <>
              {' '}
              · accepted by <Label>{memberLabel(member)}</Label>
            </>
          )}
        </>
      )}
    </p>
  )
}
