import type { EpochPreview } from '../../client/nameService'
import type { Exclusion } from '../../core/copies/directoryCopy'
import { memberLabel } from '../desk/servers'
import { Explained, Label, Stamp, Trouble } from '../parts/text'
import type { Foreseen } from './foreseen'
import { counted, listed } from './wording'

/** So many updates are listed for each server; more are counted. */
const LISTED = 8

/** What the epoch would come to, in words: whom it leaves out, what they alone have, and what cannot be known. */
export function Forecast({ foreseen: { preview, lacking }, joins }: { foreseen: Foreseen; joins: boolean }) {
  if (preview.fault !== null) return <Trouble>{preview.fault.message}</Trouble>
  const awaited = preview.excluded.filter(({ abandoned }) => !abandoned)
  return (
    <>
      {awaited.length === 0 ? (
        <p>
          <b>Nobody is left out.</b> {joins && 'What had parted comes together: everything of both sides is kept.'}
        </p>
      ) : (
        <p>
          <b>
            <bdi>{listed(awaited.map(memberLabel))}</bdi> would be left out.
          </b>{' '}
          Until {awaited.length === 1 ? 'it is' : 'they are'} back, or abandoned, nothing is forgotten: <Explained term="stable mark">F</Explained> stays where it is. Sweeps complete without {awaited.length === 1 ? 'it' : 'them'}.
        </p>
      )}
      {preview.alone.filter(({ server }) => awaited.some((exclusion) => exclusion.server === server)).map(({ server, name, updates }) => (
        <Alone key={server} name={name} updates={updates} />
      ))}
      {preview.unknown.map(({ server, name }) => (
        <Unknown key={server} name={name} exclusion={preview.excluded.find((exclusion) => exclusion.server === server && !exclusion.abandoned)} />
      ))}
      {awaited.length > 0 && lacking?.code !== 'OnlyByForce' && (
        <p className="hint">{lacking === null ? 'The chosen are most of the ring: no other half can do the same.' : 'The chosen are not most of the ring.'}</p>
      )}
    </>
  )
}

function Alone({ name, updates }: Omit<EpochPreview['alone'][number], 'server'>) {
  if (updates.length === 0)
    return (
      <p>
        <Label>{name}</Label> can be reached, and has nothing that the chosen lack.
      </p>
    )
  return (
    <div>
      <p>
        <Label>{name}</Label> alone has {counted(updates.length, 'update')}, which would wait in its quarantine until somebody makes them anew:
      </p>
      <ul className="told-list">
        {updates.slice(-LISTED).map(([ts, text]) => (
          <li key={ts}>
            <Stamp ts={ts} /> <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
      {updates.length > LISTED && <p className="hint">and {updates.length - LISTED} more.</p>}
    </div>
  )
}

function Unknown({ name, exclusion }: { name: string; exclusion: Exclusion | undefined }) {
  if (exclusion === undefined) return null
  return (
    <p className="warn-text">
      <Label>{name}</Label> cannot be asked: nobody knows what it alone has. <LastKnown exclusion={exclusion} />
    </p>
  )
}

/** E7: the last that the ring has from a copy that was left out. */
export function LastKnown({ exclusion: { known } }: { exclusion: Exclusion }) {
  if (known === null) return <>The ring knows no recent update from it.</>
  return (
    <>
      Its last known update is of <Stamp ts={known} />.
    </>
  )
}
