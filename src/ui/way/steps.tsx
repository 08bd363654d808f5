import { Fragment, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { BeforeStep, Sought, TrailStep } from '../../core/requests'
import { useDesk } from '../desk/desk'
import { serverLabel } from '../desk/servers'
import { ExpirationBadge } from '../expiration/expirationBadge'
import { Explained, Label, Stamp } from '../parts/text'
import { DirectoryCell } from './directoryCell'

const words: Record<TrailStep['found'], string> = { directory: 'a directory reference', link: 'a link', entry: 'an entry', wellKnown: 'a well-known directory', up: 'the directory above' }

/** The rows of a way; before a step those of the ways to servers that had to be looked up for it. `of`: the server to which this is the way. */
export function Steps({ steps, of = null }: { steps: readonly TrailStep[]; of?: Sought | null }) {
  return steps.map((step, i) => (
    // A trail can pass the same directory and label twice; its order is its identity.
    <Fragment key={`${i} ${step.directory}`}>
      <WaysToServers before={step.before ?? []} />
      <Step step={step} of={of} />
    </Fragment>
  ))
}

/** What came after the last step, until a copy of the directory itself answered; `isLost`: or until nobody was left to ask for the next one. */
export function After({ before, isLost }: { before: readonly BeforeStep[]; isLost: boolean }) {
  const asked = inWords(before)
  return (
    <>
      <WaysToServers before={before} />
      {asked !== '' && <Remark>{isLost ? 'asked for what comes next' : 'asked for the directory itself'}: {asked}</Remark>}
    </>
  )
}

function WaysToServers({ before }: { before: readonly BeforeStep[] }) {
  const ways = before.filter((each) => typeof each !== 'string')
  return ways.map((way, i) => (
    // One server may be looked up twice on a way.
    <Fragment key={`${i} ${way.server}`}>
      <Steps steps={way.steps} of={way} />
      {way.failed !== null && (
        <Remark>
          the server <Label>{way.server}</Label> was not found: {way.failed}
        </Remark>
      )}
    </Fragment>
  ))
}

const inWords = (before: readonly BeforeStep[]): string => before.filter((each) => typeof each === 'string').join('; ')

function Remark({ children }: { children: ReactNode }) {
  return (
    <tr className="within">
      <td colSpan={6}>
        <small className="before">{children}</small>
      </td>
    </tr>
  )
}

function Step({ step, of }: { step: TrailStep; of: Sought | null }) {
  const { tab } = useDesk()
  const view = useStore(tab.view)
  const asked = inWords(step.before ?? [])
  return (
    <tr className={of === null ? undefined : 'within'}>
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
        {of !== null && (
          <small>
            on the way to the server <Label>{of.server}</Label>
          </small>
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
        {asked !== '' && <small className="before">asked before: {asked}</small>}
      </td>
      <td>
        <i>
          <Stamp ts={step.asOf} />
        </i>
      </td>
      <td>{step.validUntil === null ? 'not cached' : <ExpirationBadge expiration={{ until: step.validUntil, planned: null }} />}</td>
    </tr>
  )
}
