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

/** Who wrote the node under the pointer or the focus, by which name the directory knew them, by which right, and which copy accepted it. */
export function WhoWrote({ pointed, writers, place }: { pointed: Pointed | null; writers: readonly (readonly [Timestamp, string])[]; place: Place }) {
  const person = useView((view) => view.person)
  const { service } = useDesk().tab
  const copy = useCopy(place.di)
  const ts = pointed === null ? null : (pointed.ts as Timestamp)
  const key = writers.find(([stamp]) => stamp === ts)?.[1]
  const member = ts === null ? undefined : copy?.ring.find((one) => one.copy === originOf(ts))
  const path = parseDesignator(`:${pointed?.path ?? ''}`)
  const { answer } = useReading(key === undefined || pointed === null || isFailure(path) ? null : `writer ${place.di} ${pointed.ts} ${pointed.path}`, copy?.version ?? 0, () => service.access(designateAt(place, isFailure(path) ? [] : path.path), ts))
  return (
    <p className="who" data-who={pointed === null ? undefined : key}>
      {ts === null ? (
        'Point at a label to see who wrote it, and when. Press it to change it: Enter saves, Escape leaves.'
      ) : (
        <>
          <Stamp ts={ts} /> · {key === undefined ? 'the author is not known here' : <Author authorKey={key} person={person} answer={answer} />}
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

/** Whose key that was: a server's that speaks for its person is said to be that person's. */
function Author({ authorKey, person, answer }: { authorKey: string; person: string; answer: AccessReport | null }) {
  const names = answer?.names ?? []
  const meant = answer?.key ?? authorKey
  const isYou = meant === person
  const isServers = meant !== authorKey
  return (
    <>
      written {isServers ? <span title={authorKey}>by a server of </span> : isYou || names.length > 0 ? 'by ' : 'with '}
      {isYou ? (isServers ? 'yours' : 'you') : names.length === 0 && <>the key <bdi title={meant}>{shortKey(meant)}</bdi></>}
      {isYou && names.length > 0 && ' ('}
      {names.map((name, i) => (
        <span key={name} title={meant}>
          {i > 0 && ', '}
          <Label>{name.replace(/^\.\//, '')}</Label>
        </span>
      ))}
      {isYou && names.length > 0 && ')'}
      {answer !== null && <ByRight answer={answer} />}
    </>
  )
}

/** By which right it was written; once F has passed it, by which its author may write it now: what stands had its right when it was accepted [A2]. */
function ByRight({ answer: { isThen, isOpen, allowed, triples } }: { answer: AccessReport }) {
  const why = allowed.find(({ right }) => right === 'write')?.why
  if (isOpen) return null
  if (why === undefined) return <span title={THEN}>{triples === null ? ', by a right that you may not read' : isThen ? ', by no triple' : ', whom no triple lets write it now'}</span>
  if (why === 'open' || why === 'owner') return <>, as owner</>
  return (
    <>
      {isThen ? ', by the right ' : ', who may now '}
      <bdi title={shown(why.principal)}>{shown(`write ${shortPattern(why.principal)}:${why.path}`)}</bdi>
    </>
  )
}

const THEN = 'Whoever wrote it had the right at that time: by a triple of then, by an invitation or a plan, or as a server that speaks of itself. What had no right is shown to nobody.'
