import type { LookupError } from '../../client/lookupError'
import type { Place } from '../desk/place'
import { serverLabel } from '../desk/servers'
import { useDesk, useView } from '../desk/desk'
import { useStore } from 'zustand'
import { Explained, Label } from '../parts/text'
import { BackReferences } from './backReferences'
import { After, Steps } from './steps'
import { validityOf } from './validity'

/** The steps of a lookup, whose copy was read for each, and what came after the last one. */
function Trail({ trail, after, isLost = false }: Pick<Place, 'trail' | 'after'> & { isLost?: boolean }) {
  if (trail.length + after.length === 0) return null
  return (
    <div className="figure-scroll" tabIndex={0} role="region" aria-label="The steps of the lookup">
      <table className="trail">
        <thead>
          <tr>
            <th scope="col">In the directory</th>
            <th scope="col">the label</th>
            <th scope="col">is</th>
            <th scope="col">says the copy on</th>
            <th scope="col">
              <Explained term="as of" />
            </th>
            <th scope="col">
              <Explained term="expiration time">expires</Explained>
            </th>
          </tr>
        </thead>
        <tbody>
          <Steps steps={trail} />
          <After before={after} isLost={isLost} />
        </tbody>
      </table>
    </div>
  )
}

/** How far a lookup came that failed. */
export const WaySoFar = ({ lost }: { lost: LookupError }) => (
  <section className="way" aria-label="Way">
    <SoFar trail={lost.trail} after={lost.after} />
  </section>
)

function SoFar(lost: Pick<Place, 'trail' | 'after'>) {
  return (
    <>
      <p>{lost.trail.length === 0 ? 'The lookup came no further than to where it begins.' : 'The lookup came so far:'}</p>
      <Trail trail={lost.trail} after={lost.after} isLost />
    </>
  )
}

/** How the name was looked up: every step from where it begins, whose copy was read, and where it leads. */
export function WayTab({ place }: { place: Place }) {
  const { tab } = useDesk()
  const view = useStore(tab.view)
  const rootLabel = useView((one) => one.rootLabel)
  const begin = place.name.startsWith('#') ? place.name.split('/')[0] : rootLabel
  return (
    <section className="way" aria-label="Way">
      {place.lost === null ? (
        <>
          <p>
            The lookup begins at <i><Label>{begin ?? rootLabel}</Label></i>
            {place.trail.length === 0 ? ', and that is what is selected.' : ' and takes each label in turn:'}
          </p>
          <Trail trail={place.trail} after={place.after} />
        </>
      ) : (
        <SoFar trail={place.lost.trail} after={place.lost.after} />
      )}
      {place.trail.length > 0 && <p className="validity">{validityOf(place.trail, place.validUntil)}</p>}
      <dl className="facts">
        <div>
          <dt>
            <Explained term="directory identifier">Directory identifier</Explained>
          </dt>
          <dd className="di">#{place.di}</dd>
        </div>
        {place.entity !== null && (
          <div>
            <dt>
              <Explained term="entry">Entry</Explained>
            </dt>
            <dd>
              <Label>{place.entity}</Label>
            </dd>
          </div>
        )}
        <div>
          <dt>
            <Explained term="copy">Copies</Explained> on
          </dt>
          <dd>
            {place.servers.length === 0 && 'no server that is known here'}
            {place.servers.map((server, i) => (
              <span key={server} title={`Server identifier ${server}`}>
                {i > 0 && ', '}
                <Label>{serverLabel(view, server)}</Label>
              </span>
            ))}
          </dd>
        </div>
      </dl>
      <BackReferences place={place} />
    </section>
  )
}
