import { useState } from 'react'
import type { InvitationReport } from '../../client/nameService'
import { useDesk, useView } from '../desk/desk'
import { sentenceOf } from '../desk/notices'
import { useReading } from '../desk/reading'
import { connectedLinks } from '../desk/servers'
import { Sheet } from '../parts/sheet'
import { Label } from '../parts/text'
import { KeyName } from './keyName'
import { useMyName } from './myself'
import { OpenUntil } from './openUntil'
import { deedsOf } from './wording'

/** Whoever opens the link of an invitation sees what it gives, and then decides. */
export function InvitationSheet({ onClose }: { onClose: () => void }) {
  const { tab, notices, selection } = useDesk()
  const text = useView((view) => view.invitation)
  const person = useView((view) => view.person)
  const isRunning = useView((view) => view.root !== null)
  const version = useView((view) => `${connectedLinks(view).length} ${view.joining} ${Object.values(view.copies).map((copy) => copy.version).join(' ')}`)
  const { answer, failure } = useReading(text === null || !isRunning ? null : `invitation ${text} ${person}`, version, () => tab.service.invitation(text!))
  const [said, setSaid] = useState({ trouble: '', working: false })
  const fault = said.trouble !== '' ? said.trouble : (answer?.fault?.message ?? null)

  const decline = (): void => {
    tab.controls.endInvitation()
    onClose()
  }
  const accept = async (): Promise<void> => {
    setSaid({ trouble: '', working: true })
    try {
      const { name } = await tab.service.enrol(text!)
      tab.controls.endInvitation()
      notices.tell(`You are ${name} now, in every tab of this browser.`)
      onClose()
      selection.go(name, 'value')
    } catch (error) {
      setSaid({ trouble: sentenceOf(error), working: false })
    }
  }
  const isOpen = answer !== null && answer.fault === null && !answer.isMine
  return (
    <Sheet title="You are invited" onClose={onClose}>
      <div className="invitation" role="status" aria-busy={answer === null && failure === null}>
        {!isRunning && (
          <p>
            <b>No server of this room has been met yet.</b> The invitation waits, and is shown as soon as one is. Open the page where it was made, and look after the network.
          </p>
        )}
        {isRunning && answer === null && failure === null && <p className="hint">Asking the directory what it gives…</p>}
        {failure !== null && <p className="trouble">{notHere(failure)}</p>}
        {fault !== null && <p className="trouble">{fault}</p>}
        {answer !== null && <Gift report={answer} />}
        {answer?.isMine === true && fault === null && <p className="banner">This browser is that already. The invitation was not used, and is open for another device.</p>}
        {isOpen && <Before name={answer.name} />}
      </div>
      <footer className="row end">
        <button type="button" onClick={decline}>
          {isOpen ? 'Decline' : 'Put it away'}
        </button>
        {(isOpen || answer === null) && (
          <button type="button" className="primary" disabled={!isOpen || said.working} onClick={() => void accept()}>
            {answer === null ? 'Accept' : <>Be <Label>{answer.label}</Label></>}
          </button>
        )}
      </footer>
    </Sheet>
  )
}

const notHere = (failure: string): string => `${failure} The invitation is for a directory of which no copy can be reached now, or for another room: leave this open until more servers are met, or ask for the link again.`

/** Of one that opens nothing only what it was for is of interest. */
function Gift({ report: { directory, label, until, fault, keys, isHidden, isOpen, owner, rights } }: { report: InvitationReport }) {
  const room = useView((view) => view.roomName)
  return (
    <dl className="gift">
      <dt>Room</dt>
      <dd><Label>{room}</Label></dd>
      <dt>Directory</dt>
      <dd>
        <Label>{directory}</Label>
        {owner !== null && (
          <small>
            its owner is <KeyName of={owner} />
          </small>
        )}
      </dd>
      <dt>{fault === null ? 'You become' : 'It was for'}</dt>
      <dd>
        <b><Label>{label}</Label></b>
        {fault === null && <small>{whoIs(keys.length, isHidden)}</small>}
      </dd>
      {fault === null && <Rights isOpen={isOpen} rights={rights} until={until} />}
    </dl>
  )
}

/** Who is that entry already: what may not be read yet looks like nothing, and may be somebody. */
function whoIs(keys: number, isHidden: boolean): string {
  if (keys > 0) return `one person with ${keys === 1 ? 'a key that is' : `${keys} keys that are`} there already: accept only on a device of the same person`
  return isHidden ? 'an entry that you may not read yet: if somebody is it already, accept only on a device of the same person; ask whoever invited you' : 'an entry that nobody is yet'
}

function Rights({ isOpen, rights, until }: Pick<InvitationReport, 'isOpen' | 'rights' | 'until'>) {
  return (
    <>
      <dt>It may</dt>
      <dd>
        {isOpen ? (
          'do everything, as everybody in the room: the directory is open'
        ) : (
          <ul>
            <li>its own entry: {deedsOf(rights.own.filter((right) => right !== 'copy'))}</li>
            <li>all entries: {deedsOf(rights.all)}</li>
            <li>the rights of others: {rights.self.includes('write') ? 'change' : 'nothing'}</li>
          </ul>
        )}
      </dd>
      <dt>Until</dt>
      <dd><OpenUntil until={until} /></dd>
    </>
  )
}

/** What becomes of who this browser was. */
function Before({ name }: { name: string }) {
  const before = useMyName()
  return (
    <p className="hint">
      Accepting adds the key of this browser to the entry, and uses the invitation up. {before !== null && before !== name && <>So far you are <Label>{before}</Label> here: that key stays there, too, and the page shows you by the new name.</>}
    </p>
  )
}
