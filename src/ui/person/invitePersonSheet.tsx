import { useState, type FormEvent } from 'react'
import { labelFault } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { below, labelsOf } from '../desk/fullName'
import { sentenceOf } from '../desk/notices'
import { useReading } from '../desk/reading'
import type { Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { isLocalOnly, LinkToGive } from '../parts/linkToGive'
import { Sheet } from '../parts/sheet'
import { Label, Trouble } from '../parts/text'
import { useMyName } from './myself'
import { DirectoryField } from './naming'
import { OpenUntil } from './openUntil'

const minute = 60_000
const day = 1440 * minute
const lives = [
  ['10 minutes', 10 * minute],
  ['1 hour', 60 * minute],
  ['1 day', day],
  ['7 days', 7 * day],
  ['30 days', 30 * day],
] as const

interface Made {
  url: string
  key: string
  until: number
  name: string
}

/** "Invite a device to be me", and "Invite a person": a link that adds one key to an entry, once. */
export function InvitePersonSheet({ request, onClose }: Props<'invitePerson'>) {
  const [made, setMade] = useState<Made | null>(null)
  const { isDevice } = request
  return (
    <Sheet title={isDevice ? 'Invite a device to be you' : 'Invite a person'} onClose={onClose}>
      {made === null ? <Wish request={request} onMade={setMade} onClose={onClose} /> : <Link made={made} isDevice={isDevice} onClose={onClose} />}
    </Sheet>
  )
}

/** Whom it is for, and how long it is open. */
function Wish({ request: { at, label: given, isDevice }, onMade, onClose }: Props<'invitePerson'> & { onMade: (made: Made) => void }) {
  const { tab } = useDesk()
  const [directory, setDirectory] = useState(at)
  const [label, setLabel] = useState(given)
  const [life, setLife] = useState<number>(isDevice ? lives[0][1] : lives[3][1])
  const [said, setSaid] = useState({ trouble: '', working: false })
  const own = useMyName() ?? at

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const wanted = label.trim().normalize('NFC')
    const fault = isDevice ? null : labelFault(wanted)
    if (fault !== null) return setSaid({ trouble: `This cannot be a name: ${fault}.`, working: false })
    setSaid({ trouble: '', working: true })
    try {
      const { invitation, ...made } = await tab.service.invite(isDevice ? at : below(directory, wanted), { until: Date.now() + life })
      onMade({ ...made, url: tab.controls.invitationUrl(invitation) })
    } catch (error) {
      setSaid({ trouble: sentenceOf(error), working: false })
    }
  }
  return (
    <form className="name-form" onSubmit={(event) => void submit(event)}>
      {isDevice ? (
        <p>
          Another browser, on this machine or another one, becomes <Label>{own}</Label> too: it may do all that you may by that name. Make the link where you are, and open it there.
        </p>
      ) : (
        <>
          <p>Whoever opens the link first is that entry from then on: it is made if there is none. Give it to nobody else.</p>
          <label>
            Who is invited
            <input autoFocus required value={label} onChange={(event) => setLabel(event.target.value)} />
          </label>
          <DirectoryField at={directory} onAt={setDirectory} />
        </>
      )}
      {!isDevice && label.trim() !== '' && labelFault(label.trim()) === null && <Existing name={below(directory, label.trim().normalize('NFC'))} />}
      <label>
        Open for
        <select value={life} onChange={(event) => setLife(Number(event.target.value))}>
          {lives.map(([word, ms]) => (
            <option key={word} value={ms}>
              {word}
            </option>
          ))}
        </select>
      </label>
      {said.trouble !== '' && <Trouble>{said.trouble}</Trouble>}
      <Decision onCancel={onClose} disabled={said.working}>
        Make the link
      </Decision>
    </form>
  )
}

/** What stands under a name already: an invitation makes its bearer that very person. */
function Existing({ name }: { name: string }) {
  const { tab } = useDesk()
  const { answer } = useReading(`keys ${name}`, '', () => tab.service.keys(name))
  if (answer === null || answer.length === 0) return null
  return (
    <p className="hint">
      <Label>{labelsOf(name).at(-1) ?? name}</Label> has {answer.length === 1 ? 'a key' : `${answer.length} keys`} already: whoever uses the link is the same person, on one more device.
    </p>
  )
}

function Link({ made: { url, key, until, name }, isDevice, onClose }: { made: Made; isDevice: boolean; onClose: () => void }) {
  const { tab, notices } = useDesk()
  const version = useView((view) => Object.values(view.copies).map((copy) => copy.version).join(' '))
  const { answer } = useReading(`invitation ${key}`, version, async () => {
    const [open, keys] = await Promise.all([tab.service.invitations(name), tab.service.keys(name)])
    return { isOpen: open.some((each) => each.key === key), used: keys.find(({ by }) => by === key) ?? null }
  })
  const withdraw = (): void => void notices.during('Withdrawing the invitation', tab.service.withdraw(name, key)).then((done) => done && onClose())
  const used = answer?.used ?? null
  return (
    <>
      <div role="status">
        {used !== null ? (
          <p className="banner">
            <span>
              <b>It has been used:</b> <Label>{name}</Label> has one more key, <span className="fingerprint">{used.fingerprint}</span>. Compare it with what that browser shows.
            </span>
          </p>
        ) : (
          <p>
            {isDevice ? 'Open it in the other browser; a telephone reads the picture.' : 'Give it to whom it is for, and to nobody else.'} It makes whoever opens it first <Label>{name}</Label>, once.
          </p>
        )}
      </div>
      {used === null && (
        <>
          <LinkToGive label="Link of the invitation" url={url} />
          <p className="hint center">
            <OpenUntil until={until} /> · single use · the part after # goes to no server, and is shown here only now
          </p>
          {isLocalOnly(url) && <p className="hint">This page is served to this machine only. For other machines, start it with npm start -- --host and make the link there.</p>}
        </>
      )}
      <footer className="row end">
        {used === null && (
          <button type="button" onClick={withdraw}>
            Withdraw it
          </button>
        )}
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </>
  )
}
