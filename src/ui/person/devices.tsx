import { KeyRound, Laptop, ShieldCheck } from 'lucide-react'
import type { KnownKey } from '../../client/nameService'
import { useDesk, useView } from '../desk/desk'
import { SureButton } from '../parts/sureButton'
import { Stamp } from '../parts/text'
import { KeyName } from './keyName'
import { labelOfEntry } from './myself'

/** The keys of my entry: each is a browser of mine, or in a backup; what is not mine any more is removed. */
export function Devices({ me, keys }: { me: string; keys: readonly KnownKey[] }) {
  const { dialogs } = useDesk()
  return (
    <section aria-labelledby="devices-heading">
      <h3 id="devices-heading">Your devices</h3>
      <ul className="known-keys">
        {keys.map((each) => (
          <Device key={each.key} me={me} known={each} isLast={keys.length === 1} />
        ))}
      </ul>
      <p className="hint">
        A key that is removed is {labelOfEntry(me)} no more, as soon as the copies of the directory have heard of it. What it wrote stays. Whoever has that device can be in the room as a guest: only another room keeps them out.
      </p>
      <div className="row">
        <button type="button" onClick={() => dialogs.open({ type: 'invitePerson', at: me, label: '', isDevice: true })}>
          Invite a device to be you…
        </button>
      </div>
    </section>
  )
}

function Device({ me, known, isLast }: { me: string; known: KnownKey; isLast: boolean }) {
  const { tab, notices } = useDesk()
  const isThis = useView((view) => view.person === known.key)
  const { key, fingerprint, ts, by, isInvited, isRecovery } = known
  const what = isThis ? 'This browser' : isRecovery ? 'A backup' : 'Another browser'
  const sure = isThis ? (isLast ? 'Be nobody here' : 'Be a guest here') : 'Remove it for good'
  return (
    <li>
      {isRecovery ? <ShieldCheck aria-hidden size={17} /> : isThis ? <Laptop aria-hidden size={17} /> : <KeyRound aria-hidden size={17} />}
      <span>
        <b>{what}</b> <span className="fingerprint">{fingerprint}</span>
        <small>
          added <Stamp ts={ts} /> {isInvited ? 'by an invitation' : by === null ? '' : <>by <KeyName of={by} /></>}
        </small>
      </span>
      <SureButton small word="Remove" sure={sure} about={`${what}, ${fingerprint}`} onSure={() => void notices.during('Removing the key', tab.service.removeKey(me, key))} />
    </li>
  )
}
