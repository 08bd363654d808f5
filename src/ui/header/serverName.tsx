import { Pencil } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { labelFault } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { connectedLinks } from '../desk/servers'
import { Label } from '../parts/text'

/** This tab's server: its state, its name, which can be changed in place, and how many others it is connected to. */
export function ServerName() {
  const { tab, notices } = useDesk()
  const name = useView((view) => view.server.name)
  const removed = useView((view) => view.server.removed)
  const state = useView((view) => view.state)
  const joining = useView((view) => view.joining)
  const cut = useView((view) => view.cut.length)
  const peers = useView((view) => connectedLinks(view).length)
  const [draft, setDraft] = useState<string | null>(null)

  const save = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = draft?.trim().normalize('NFC') ?? ''
    const fault = labelFault(wanted)
    if (fault !== null) return notices.fail(new Error(`This is no name for a server: ${fault}.`))
    setDraft(null)
    if (wanted !== name || removed) void notices.during(`Renaming this server to ${wanted}`, tab.controls.renameServer(wanted))
  }

  if (draft !== null) {
    return (
      <form className="server-name editing" onSubmit={save}>
        <input
          aria-label="Name of this server"
          autoFocus
          value={draft}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setDraft(null)
          }}
          onBlur={() => setDraft(null)}
        />
      </form>
    )
  }
  const words = state === 'running' ? (joining ? 'joining' : '') : { starting: 'starting', waiting: 'waiting', readOnly: 'read-only' }[state]
  return (
    <div className="server-name" data-state={state} data-joining={joining} data-connected={peers}>
      <span className={`dot ${state === 'running' ? (cut > 0 ? 'warn' : 'good') : 'warn'}`} aria-hidden />
      <button type="button" className="quiet" aria-label={`Rename this server, now ${name}`} title="Rename this server" onClick={() => setDraft(name)}>
        <span className="this-is">this is</span> <b><Label>{name}</Label></b>
        <Pencil aria-hidden size={12} className="pencil" />
      </button>
      <span className="peers">
        {words !== '' && <em>{words}</em>} {peers === 0 ? 'no peers' : peers === 1 ? '1 peer' : `${peers} peers`}
      </span>
    </div>
  )
}
