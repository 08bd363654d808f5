import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { OpenInvitation } from '../../client/nameService'
import { useDesk, useView } from '../desk/desk'
import { below, labelsOf, parentOf, ROOT } from '../desk/fullName'
import { useReading } from '../desk/reading'
import { SureButton } from '../parts/sureButton'
import { Label } from '../parts/text'
import { KeyName } from './keyName'
import { OpenUntil } from './openUntil'

/** Invitations that somebody may still use, in the directories that this server stores. */
export function OpenInvitations() {
  const desk = useDesk()
  const { dialogs, selection, tab } = desk
  const names = useView(useShallow((view) => Object.values(view.copies).map(({ name }) => name).toSorted()))
  const version = useView((view) => Object.values(view.copies).map((copy) => copy.version).join(' '))
  const at = useStore(selection.store, (state) => state.at)
  const type = useStore(desk.listing.store, (state) => state.named.get(at)?.type)
  const { answer, failure } = useReading(`invitations ${names.join(' ')}`, version, () => Promise.all(names.map(async (name) => ({ name, open: await tab.service.invitations(name) }))))
  const directory = at === ROOT || type === 'directory' ? at : (parentOf(at) ?? ROOT)
  const all = answer?.flatMap(({ name, open }) => open.map((invitation) => ({ ...invitation, name: below(name, invitation.label) }))) ?? []
  return (
    <section aria-labelledby="invitations-heading">
      <h3 id="invitations-heading">Open invitations</h3>
      {failure !== null && <p className="trouble">{failure}</p>}
      {all.length === 0 ? <p className="hint">None. Whoever you invite gets an entry of their own, with the rights that the directory gives to that entry.</p> : <InvitationList all={all} />}
      <div className="row">
        <button type="button" onClick={() => dialogs.open({ type: 'invitePerson', at: directory, label: '', isDevice: false })}>
          Invite a person…
        </button>
      </div>
    </section>
  )
}

/** Each with the name that it gives. */
export function InvitationList({ all }: { all: readonly (OpenInvitation & { name: string })[] }) {
  const { notices, tab } = useDesk()
  return (
    <ul className="known-keys" aria-label="Open invitations">
      {all.map(({ name, key, until, by }) => (
        <li key={key}>
          <span>
            to be <b><Label>{name}</Label></b>
            <small>
              <OpenUntil until={until} />
              {by !== null && <> · made by <KeyName of={by} /></>}
            </small>
          </span>
          <SureButton small word="Withdraw" sure="Withdraw it for good" about={labelsOf(name).at(-1) ?? name} onSure={() => void notices.during(`Withdrawing the invitation to be ${name}`, tab.service.withdraw(name, key))} />
        </li>
      ))}
    </ul>
  )
}
