import { useState, type FormEvent } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { combinationFault, type Combination } from '../../core/directories/combination'
import { roomOfLink } from '../../tab/identity'
import { useDesk, useView } from '../desk/desk'
import { namesFromRoot } from '../desk/servers'
import { listed } from '../epochs/wording'
import { Decision } from '../parts/decision'
import { Explained, Label } from '../parts/text'
import { Forecast } from './forecast'
import { useOtherService, type OtherService } from './otherService'

/** The invitation of the other service; what is met there; which root is to be above. Nothing is done before the last button. */
export function Deciding({ link: given, onClose }: { link: string; onClose: () => void }) {
  const home = useView((view) => roomOfLink(view.roomUrl))
  const [link, setLink] = useState(given)
  const room = roomOfLink(link)
  const isOther = room !== null && room !== home
  const { other, isAlone, failure } = useOtherService(isOther ? room : null)
  return (
    <div className="name-form combining">
      <p className="hint">
        Two name services, each with a <Explained term="root" /> of its own, become one. Every name in use goes on, at every server of both.
      </p>
      <label>
        Invitation link of the other service
        <input autoFocus value={link} placeholder="https://…/#room=…" aria-describedby="met" onChange={(event) => setLink(event.target.value)} />
      </label>
      <div id="met" className="forecast" role="status" aria-label="What is met there" aria-busy={isOther && other === null}>
        {link.trim() === '' && <p className="hint">Its people find the link under Invite.</p>}
        {link.trim() !== '' && room === null && <p className="trouble">That is no invitation: a link ends with #room= and 26 letters and digits.</p>}
        {room !== null && !isOther && <p className="trouble">That is the room of this service itself.</p>}
        {isOther && other === null && failure === null && <p className="hint">{isAlone ? 'Nobody of another service is met there yet. One of its pages must be open, and reach the relay of this page or be in this browser.' : 'Asking them about their root…'}</p>}
        {isOther && failure !== null && <p className="trouble">{failure}</p>}
        {isOther && other !== null && <Met other={other} />}
      </div>
      {isOther && other !== null && home !== null ? <Choice key={other.root} other={other} rooms={{ ours: home, theirs: room }} onClose={onClose} /> : <Footer onClose={onClose} isReady={false} />}
    </div>
  )
}

function Met({ other: { root, label, servers, directories } }: { other: OtherService }) {
  return (
    <p>
      Its root is <b><Label>{label}</Label></b> (<span className="di" title={`#${root}`}>#{root.slice(0, 6)}…</span>), with {directories === 1 ? 'one directory' : `${directories} directories`} in it. {servers.length === 1 ? 'One server of it is' : `${servers.length} servers of it are`} met: <bdi>{listed(servers)}</bdi>.
    </p>
  )
}

interface ChoiceProps {
  other: OtherService
  rooms: { ours: string; theirs: string }
  onClose: () => void
}

function Choice({ other, rooms, onClose }: ChoiceProps) {
  const { tab } = useDesk()
  const root = useView((view) => view.root)
  const label = useView((view) => view.rootLabel)
  const server = useView((view) => view.server.id)
  const servers = useView(useShallow(namesFromRoot))
  const [isAbove, setAbove] = useState(true)
  const [above, setNew] = useState('')
  const [ours, setOurs] = useState(label)
  const [theirs, setTheirs] = useState(other.label === label ? '' : other.label)
  if (root === null) return null
  const named = (text: string): string => text.trim().normalize('NFC')
  const combination: Combination = { ours: { root, room: rooms.ours, label: named(ours) }, theirs: { root: other.root, room: rooms.theirs, label: named(theirs) }, above: isAbove ? named(above) : null, server }
  const fault = combinationFault(combination, { servers: { ours: servers, theirs: other.servers }, takenBelowTheirs: other.labels })
  const isWhole = (isAbove ? [above, ours, theirs] : [ours]).every((text) => named(text) !== '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    tab.controls.combine(combination)
  }
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>Which root is to be above?</legend>
        <label className="choice">
          <input type="radio" name="above" checked={isAbove} onChange={() => setAbove(true)} />
          <span>A new one, above both</span>
        </label>
        <label className="choice">
          <input type="radio" name="above" checked={!isAbove} onChange={() => setAbove(false)} />
          <span>
            Theirs, <Label>{other.label}</Label>: this service goes below it
          </span>
        </label>
      </fieldset>
      <div className="labels">
        {isAbove && (
          <label>
            Name of the new root
            <input value={above} onChange={(event) => setNew(event.target.value)} />
          </label>
        )}
        <label>
          Name of this service in it
          <input value={ours} onChange={(event) => setOurs(event.target.value)} />
        </label>
        {isAbove && (
          <label>
            Name of the other one in it
            <input value={theirs} onChange={(event) => setTheirs(event.target.value)} />
          </label>
        )}
      </div>
      <div className="forecast" role="status" aria-label="What it comes to">
        {!isWhole && <p className="hint">Give {isAbove ? 'each of the three' : 'it'} a name.</p>}
        {isWhole && fault !== null && <p className="trouble">{fault}</p>}
        {isWhole && fault === null && <Forecast combination={combination} other={other} />}
      </div>
      <Footer onClose={onClose} isReady={isWhole && fault === null} />
    </form>
  )
}

const Footer = ({ onClose, isReady }: { onClose: () => void; isReady: boolean }) => (
  <Decision onCancel={onClose} disabled={!isReady}>
    Join the two services
  </Decision>
)
