import { useState, type FormEvent } from 'react'
import type { Finding } from '../../core/requests'
import { useDesk, useView } from '../desk/desk'
import { sentenceOf } from '../desk/notices'
import { connectedLinks, serverName } from '../desk/servers'
import { Sheet } from '../parts/sheet'
import { Explained, Label, Trouble } from '../parts/text'
import { ServerNaming } from './serverNaming'
import { StoredDirectories } from './storedDirectories'

/** This server's place among the others (figure 11): its name, whom it points up to, what it stores; checked and repaired. */
export function ServerSheet({ onClose }: { onClose: () => void }) {
  const { id, up, removed } = useView((view) => view.server)
  const own = useView((view) => serverName(view, view.server.name))
  const above = useView((view) => serverName(view, view.server.up ?? ''))
  const stores = useView((view) => Object.keys(view.copies).length)
  return (
    <Sheet title="This server" wide onClose={onClose}>
      <div className="server-sheet">
        <dl>
          <dt>Name</dt>
          <dd>{removed ? 'none: it has been removed' : <Label>{own}</Label>}</dd>
          <dt>
            <Explained term="up pointer">Points up to</Explained>
          </dt>
          <dd>{up === null ? 'nobody: it needs to only without a copy of the root' : <Label>{above}</Label>}</dd>
          <dt>Address</dt>
          <dd>room/{id}</dd>
        </dl>
        <ServerNaming />
        <StoredDirectories />
        {!removed && <Checking />}
        {(!removed || stores > 0) && <Removing onClose={onClose} />}
      </div>
    </Sheet>
  )
}

/** CheckS: what is wrong with its place, and its repair. */
function Checking() {
  const { tab } = useDesk()
  const id = useView((view) => view.server.id)
  const [said, setSaid] = useState<{ findings: Finding[] | null; trouble: string; working: boolean }>({ findings: null, trouble: '', working: false })
  const check = async (repair: boolean): Promise<void> => {
    setSaid((before) => ({ ...before, trouble: '', working: true }))
    try {
      setSaid({ findings: await tab.service.checkS(`room/${id}`, undefined, { repair }), trouble: '', working: false })
    } catch (error) {
      setSaid({ findings: null, trouble: sentenceOf(error), working: false })
    }
  }
  const { findings, trouble, working } = said
  const isOpen = findings?.some(({ repaired }) => !repaired) === true
  return (
    <section aria-labelledby="check-heading">
      <h3 id="check-heading">Check</h3>
      <p className="hint">Is it entered under its name, with its address and key? Can it be found without itself, and the root from it?</p>
      <div className="row">
        <button type="button" disabled={working} onClick={() => void check(false)}>
          Check
        </button>
        <button type="button" disabled={working || !isOpen} onClick={() => void check(true)}>
          Repair
        </button>
      </div>
      {trouble !== '' && <Trouble>{trouble}</Trouble>}
      <div role="status">
        {working && <p className="hint">Asking the servers on the way to the root…</p>}
        {findings?.length === 0 && <p>All is as it should be.</p>}
        {findings !== null && findings.length > 0 && (
          <ul className="findings">
            {findings.map(({ rule, sentence, repair, repaired }) => (
              <li key={sentence}>
                <b>{rule}</b> <bdi>{sentence}</bdi>.
                <small>{repaired ? `Repaired. ${repair}.` : `${repair}.`}</small>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

/** RemoveS: asked for twice. */
function Removing({ onClose }: { onClose: () => void }) {
  const { tab, notices } = useDesk()
  const { name, removed } = useView((view) => view.server)
  const peers = useView((view) => connectedLinks(view).length)
  const [sure, setSure] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!sure) return setSure(true)
    onClose()
    void notices.during(`Removing the server ${name}`, tab.service.removeS(serverName(tab.view.getState(), name))).then((done) => {
      if (done) notices.tell(`${name} has been removed: its copies have left their rings.`)
    })
  }
  return (
    <form aria-labelledby="remove-heading" onSubmit={submit}>
      <h3 id="remove-heading">Remove</h3>
      <p className="hint">{peers === 0 ? 'Its copies are the only ones while no other server is connected, and they stay.' : removed ? 'It has no name any more. It hands what it still stores to the others. Nothing is lost.' : 'It hands its copies to the others, and gives up its name. Nothing is lost.'}</p>
      <div className="row">
        <button type="submit" disabled={peers === 0}>
          {removed ? (sure ? 'Yes, let its copies leave' : 'Let its copies leave') : sure ? `Yes, remove ${name}` : 'Remove this server'}
        </button>
        {sure && (
          <button type="button" onClick={() => setSure(false)}>
            Cancel
          </button>
        )}
      </div>
    </form>
  )
}
