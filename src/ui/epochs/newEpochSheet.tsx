import { useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { epochNumber } from '../../core/copies/directoryCopy'
import type { NameServiceError } from '../../core/errors'
import type { NewEpoch } from '../../core/requests'
import { useReports } from '../copies/reports'
import { stampTime } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { memberLabel } from '../desk/servers'
import { again, type Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label } from '../parts/text'
import { candidatesOf, firstChoice, type Candidate } from './candidates'
import { Forecast } from './forecast'
import { useForeseen } from './foreseen'
import { listed } from './wording'

/** NewEpoch: an administrator says of which servers the ring is to be, and sees beforehand what that costs. */
export function NewEpochSheet({ request, onClose }: Props<'newEpoch'>) {
  const desk = useDesk()
  const { tab, notices } = desk
  const { directory, di } = request
  const reports = useReports()
  const copies = reports.place.answer?.di === di ? reports.copies : []
  const view = useStore(tab.view)
  const candidates = candidatesOf(view, di, copies)
  const [ticked, setChosen] = useState(() => (candidates.length === 0 ? null : firstChoice(request, candidates)))
  // Where this server has no copy it is known only when another has said who is in the ring.
  if (ticked === null && candidates.length > 0) setChosen(firstChoice(request, candidates))
  const chosen = ticked ?? []
  // What was confirmed, as a text: another choice is another matter.
  const [confirmed, setConfirmed] = useState('')
  const reachable = useStore(tab.view, useShallow((all) => all.links.filter(({ state }) => state === 'connected').map(({ server }) => server)))
  // Who can be reached comes first, and is asked to make it where this server is to have no part in it.
  const servers = candidates.filter(({ server }) => chosen.includes(server)).toSorted((a, b) => Number(a.trouble !== '') - Number(b.trouble !== '')).map(({ server }) => server)
  const { answer: foreseen, failure } = useForeseen(di, servers, `${view.copies[di]?.version ?? 0} ${reachable.join(' ')}`)
  const lacking = foreseen?.lacking ?? null
  const isSure = lacking === null || confirmed === servers.join(' ')
  const isReady = foreseen !== null && foreseen.preview.fault === null && isSure

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    const made = tab.service.newEpoch(`#${di}`, servers, { force: lacking !== null })
    void notices.during(`Beginning a new epoch of ${directory}`, made, again(desk, { ...request, chosen: servers, without: null })).then(async (done) => {
      if (done) notices.tell(resultOf(await made))
    })
  }
  return (
    <Sheet title="New epoch" wide onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <p className="hint">
          For servers that are gone for good, or that cannot be reached for long: the <Explained term="ring" /> of <Label>{directory}</Label> is made anew, without them. Over all of them it brings together what had parted.
        </p>
        <Choice candidates={candidates} chosen={chosen} onChoose={setChosen} />
        <div className="forecast" role="status" aria-label="What it comes to" aria-busy={foreseen === null}>
          {ticked === null && <p className="hint">Asking who is in the ring…</p>}
          {ticked !== null && chosen.length === 0 && <p>Choose the servers that are to go on.</p>}
          {chosen.length > 0 && foreseen === null && <p className="hint">{failure ?? 'Asking them what it would come to…'}</p>}
          {foreseen !== null && <Forecast foreseen={foreseen} joins={candidates.some(({ isMember }) => !isMember)} />}
        </div>
        {lacking?.code === 'OnlyByForce' && <Uncertain lacking={lacking} isSure={isSure} onSure={(sure) => setConfirmed(sure ? servers.join(' ') : '')} />}
        {lacking?.code === 'NoMajority' && <Force lacking={lacking} isSure={isSure} onSure={(sure) => setConfirmed(sure ? servers.join(' ') : '')} />}
        <Decision onCancel={onClose} disabled={!isReady}>
          {lacking === null ? 'Begin the epoch' : 'Begin it by force'}
        </Decision>
      </form>
    </Sheet>
  )
}

function Choice({ candidates, chosen, onChoose }: { candidates: readonly Candidate[]; chosen: readonly Candidate['server'][]; onChoose: (chosen: Candidate['server'][]) => void }) {
  const { tab } = useDesk()
  const self = useStore(tab.view, (view) => view.server.id)
  return (
    <fieldset>
      <legend>Its members</legend>
      {candidates.map(({ server, name, isMember, trouble }) => {
        const notes = [server === self && 'this tab', !isMember && 'left out now', trouble].filter(Boolean).join(', ')
        return (
          <label key={server} className="choice">
            <input type="checkbox" checked={chosen.includes(server)} onChange={(event) => onChoose(event.target.checked ? [...chosen, server] : chosen.filter((other) => other !== server))} />
            <span>
              <Label>{name}</Label> {notes !== '' && <small className={trouble === '' ? 'hint' : 'warn-text'}>{notes}</small>}
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}

/** E8: without a majority only after a confirmation that lists who is missing, and says what may happen. */
function Force({ lacking, isSure, onSure }: { lacking: NameServiceError; isSure: boolean; onSure: (sure: boolean) => void }) {
  const missing = lacking.about['missing'] ?? ''
  return (
    <fieldset className="force">
      <legend>No majority</legend>
      <p>
        Missing: <b><bdi>{missing}</bdi></b>. They may be running in the other half of a split network, and do the same there. Two halves that both do so part the directory: when they meet, the later epoch rules, and the other half loses its place; what was done there is kept, to be brought together or made anew.
      </p>
      <label className="choice">
        <input type="checkbox" checked={isSure} onChange={(event) => onSure(event.target.checked)} />
        <span>
          I know that no epoch is made by <bdi>{missing}</bdi>
        </span>
      </label>
    </fieldset>
  )
}

/** E5: a copy that is leaving, or the only one, with an old store: what it lacks nobody here can know. */
function Uncertain({ lacking, isSure, onSure }: { lacking: NameServiceError; isSure: boolean; onSure: (sure: boolean) => void }) {
  return (
    <fieldset className="force">
      <legend>Only by force</legend>
      <p>
        <bdi>{lacking.about['reason']}</bdi>. What was done at copies that are not here is not in this epoch. If one of them comes back, it is left out, and keeps what it has to be made anew.
      </p>
      <label className="choice">
        <input type="checkbox" checked={isSure} onChange={(event) => onSure(event.target.checked)} />
        <span>I know that no other copy will come back</span>
      </label>
    </fieldset>
  )
}

function resultOf({ epoch, excluded }: NewEpoch): string {
  const left = excluded.filter(({ abandoned }) => !abandoned).map((exclusion) => `${memberLabel(exclusion)} (${exclusion.known === null ? 'nothing recent known from it' : `last known from it ${stampTime(exclusion.known)}`})`)
  return `Epoch ${epochNumber(epoch)} has begun${left.length === 0 ? ', with everybody' : `. Left out: ${listed(left)}`}.`
}
