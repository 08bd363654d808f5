import type { FormEvent } from 'react'
import { useStore } from 'zustand'
import { useReports } from '../copies/reports'
import { useDesk } from '../desk/desk'
import { memberLabel, serverLabel } from '../desk/servers'
import type { Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label } from '../parts/text'
import { awaitedOf } from './candidates'
import { LastKnown } from './forecast'

/** E4: the ring waits no longer for what a copy that was left out alone has. */
export function AbandonSheet({ request: { di, directory, server }, onClose }: Props<'abandon'>) {
  const { tab, notices } = useDesk()
  const awaited = awaitedOf(useReports().copies).find((exclusion) => exclusion.server === server)
  const known = useStore(tab.view, (view) => serverLabel(view, server))
  const name = awaited === undefined ? known : memberLabel(awaited)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void notices.during(`Abandoning the copy on ${name}`, tab.service.abandon(`#${di}`, [server])).then((done) => {
      if (done) notices.tell(`The ring waits for ${name} no longer.`)
    })
  }
  return (
    <Sheet title={`Abandon ${name}`} onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <p>
          The copy of <Label>{directory}</Label> on <Label>{name}</Label> will not be taken back into the ring, and what is deleted can be forgotten again: <Explained term="stable mark">F</Explained> goes on.
        </p>
        <p>
          <b>What it costs:</b> if the server comes back after all, what it alone has can only be made anew, update by update. {awaited !== undefined && <LastKnown exclusion={awaited} />} This cannot be taken back.
        </p>
        <Decision onCancel={onClose}>
          Abandon it
        </Decision>
      </form>
    </Sheet>
  )
}
