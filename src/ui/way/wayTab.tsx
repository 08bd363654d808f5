import { useView } from '../desk/desk'
import type { Place } from '../desk/place'
import { serverLabel } from '../desk/servers'
import { useDesk } from '../desk/desk'
import { useStore } from 'zustand'
import { Explained, Label, Stamp } from '../parts/text'
import type { TrailStep } from '../../core/requests'
import { BackReferences } from './backReferences'
import { DirectoryCell } from './directoryCell'
import { ExpirationBadge } from '../expiration/expirationBadge'
import { validityOf } from './validity'

const words: Record<TrailStep['found'], string> = { directory: 'a directory reference', link: 'a link', entry: 'an entry', wellKnown: 'a well-known directory', up: 'the directory above' }

/** How the name was looked up: every step from where it begins, whose copy was read, and where it leads. */
export function WayTab({ place }: { place: Place }) {
  const { tab } = useDesk()
  const view = useStore(tab.view)
  const rootLabel = useView((one) => one.rootLabel)
  const begin = place.name.startsWith('#') ? place.name.split('/')[0] : rootLabel
  return (
    <section className="way" aria-label="Way">
      <p>
        The lookup begins at <i><Label>{begin ?? rootLabel}</Label></i>
        {place.trail.length === 0 ? ', and that is what is selected.' : ' and takes each label in turn:'}
      </p>
      {place.trail.length > 0 && (
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
              {place.trail.map((step, i) => (
                // A trail can pass the same directory and label twice; its order is its identity.
                <tr key={`${i} ${step.directory}`}>
                  <DirectoryCell di={step.directory} />
                  <th scope="row">
                    <Label>{step.found === 'wellKnown' ? `#${step.label.slice(0, 6)}…` : step.label}</Label>
                  </th>
                  <td>
                    {words[step.found]}
                    {step.found === 'wellKnown' && (
                      <>
                        : from this root <Label>{step.to}</Label>
                      </>
                    )}
                  </td>
                  <td>
                    <Label>{serverLabel(view, step.server)}</Label>
                    {step.server === view.server.id && ' (this tab)'}
                    {step.cached && (
                      <>
                        {', from the '}
                        <Explained term="cache" />
                      </>
                    )}
                    {step.ownName && !step.cached && ', which knows the names of its own directories'}
                    {step.before !== undefined && <small className="before">asked before: {step.before.join('; ')}</small>}
                  </td>
                  <td>
                    <i><Stamp ts={step.asOf} /></i>
                  </td>
                  <td>{step.validUntil === null ? 'not cached' : <ExpirationBadge expiration={{ until: step.validUntil, planned: null }} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
