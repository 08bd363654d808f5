import { useDesk, useView } from '../desk/desk'
import { Sheet } from '../parts/sheet'
import { Label, Trouble } from '../parts/text'
import { Devices } from './devices'
import { useMyName, useMyself } from './myself'
import { Naming } from './naming'
import { OpenInvitations } from './openInvitations'
import { Recognition } from './recognition'
import { UseLink } from './useLink'

/** Who I am: my name here, my key, how directories know it, my devices, invitations and backup. */
export function PersonSheet({ onClose }: { onClose: () => void }) {
  const { dialogs, selection } = useDesk()
  const me = useView((view) => view.me)
  const name = useMyName()
  const fingerprint = useView((view) => view.fingerprint)
  const hasRoot = useView((view) => view.root !== null)
  const { answer, failure } = useMyself()
  return (
    <Sheet title="Who you are" wide onClose={onClose}>
      <div className="person-sheet">
        {name === null ? (
          <p>
            <b>You are a guest here:</b> what you write is signed with the key of this browser, which no entry has. You may do what everybody may.
          </p>
        ) : (
          <p className="i-am">
            You are{' '}
            <button type="button" className="text" onClick={() => {
              onClose()
              selection.go(name)
            }}>
              <Label>{name}</Label>
            </button>
          </p>
        )}
        {name === null && (hasRoot ? <Naming onNamed={onClose} /> : <p className="hint">You can say who you are as soon as a server of this room has been met.</p>)}
        {answer?.isKnown === false && (
          <Trouble>The directory does not know your key by this name: it was removed, or somebody else took the same name at the same time and was later. Be invited again from another device of yours, or give another name below.</Trouble>
        )}
        {answer?.isKnown === false && <Naming onNamed={onClose} />}
        {failure !== null && <p className="trouble">{failure}</p>}
        <dl>
          <dt>Your key</dt>
          <dd>
            <span className="fingerprint whole">{fingerprint}</span>
            <small>To be compared aloud: who sees the same letters for you sees your key.</small>
          </dd>
        </dl>
        {answer?.isKnown !== true && <UseLink />}
        {me !== null && answer?.isKnown === true && <Devices me={me} keys={answer.keys} />}
        <section aria-labelledby="backup-heading">
          <h3 id="backup-heading">Backup</h3>
          <p className="hint">{me === null ? 'If you have made a backup in another browser, this one can be that person.' : 'The key of this browser cannot be read, nor copied: who clears its data is a guest again. A backup is a further key of your entry, in a file that a passphrase opens.'}</p>
          <div className="row">
            {me !== null && (
              <button type="button" onClick={() => dialogs.open({ type: 'backUp' })}>
                Make a backup…
              </button>
            )}
            <button type="button" onClick={() => dialogs.open({ type: 'restore' })}>
              Restore from a backup…
            </button>
          </div>
        </section>
        <OpenInvitations />
        <Recognition />
      </div>
    </Sheet>
  )
}
