import type { AccessReport } from '../../client/nameService'
import { isFailure } from '../../core/errors'
import { parseDesignator, shown } from '../../core/names'
import { originOf, type Timestamp } from '../../core/timestamp'
import { shortKey, shortPattern } from '../access/words'
import { useDesk, useView } from '../desk/desk'
import { designateAt, useCopy, type Place } from '../desk/place'
import { useReading } from '../desk/reading'
import { memberLabel } from '../desk/servers'
import { Label, Stamp } from '../parts/text'

/** The node under the pointer or the focus: its time-stamp, and its path below the place, encoded. */
export interface Pointed {
  ts: string
  path: string
}

/** Who wrote the node under the pointer or the focus, by which name the directory knows them, by which right, and which copy accepted it. */
export function WhoWrote({ pointed, writers, place }: { pointed: Pointed | null; writers: readonly (readonly [Timestamp, string])[]; place: Place }) {
  const person = useView((view) => view.person)
  const { service } = useDesk().tab
  const copy = useCopy(place.di)
  const ts = pointed === null ? null : (pointed.ts as Timestamp)
  const key = writers.find(([stamp]) => stamp === ts)?.[1]
  const member = ts === null ? undefined : copy?.ring.find((one) => one.copy === originOf(ts))
  const path = parseDesignator(`:${pointed?.path ?? ''}`)
  const { answer } = useReading(key === undefined || pointed === null || isFailure(path) ? null : `writer ${place.di} ${key} ${pointed.path}`, copy?.version ?? 0, () => service.access(designateAt(place, isFailure(path) ? [] : path.path), key))
  return (
    <p className="who" data-who={pointed === null ? undefined : key}>
      {ts === null ? (
        'Point at a label to see who wrote it, and when. Press it to change it: Enter saves, Escape leaves.'
      ) : (
        <>
          <Stamp ts={ts} /> · {key === undefined ? 'the author is not known here' : <Author authorKey={key} isYou={key === person} answer={answer} />}
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

function Author({ authorKey, isYou, answer }: { authorKey: string; isYou: boolean; answer: AccessReport | null }) {
  const names = answer?.names ?? []
  return (
    <>
      {isYou ? 'written by you' : names.length > 0 ? 'written by ' : <>written with the key <bdi title={authorKey}>{shortKey(authorKey)}</bdi></>}
      {isYou && names.length > 0 && ' ('}
      {names.map((name, i) => (
        <span key={name} title={authorKey}>
          {i > 0 && ', '}
          <Label>{name.replace(/^\.\//, '')}</Label>
        </span>
      ))}
      {isYou && names.length > 0 && ')'}
      {answer !== null && <ByRight answer={answer} />}
    </>
  )
}

/** By what the author may write it, as things stand now. */
function ByRight({ answer: { isOpen, allowed } }: { answer: AccessReport }) {
  const why = allowed.find(({ right }) => right === 'write')?.why
  if (isOpen) return null
  if (why === undefined) return <>, who may not write it any more</>
  if (why === 'open' || why === 'owner') return <>, as owner</>
  return (
    <>
      , by <bdi title={shown(why.principal)}>{shown(`write ${shortPattern(why.principal)}:${why.path}`)}</bdi>
    </>
  )
}
