import { useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { shown } from '../../core/names'
import type { LostServer } from '../../core/servers/removeLost'
import { useDesk, useView } from '../desk/desk'
import { useReading } from '../desk/reading'
import { connectedLinks, serverLabel } from '../desk/servers'
import { listed } from '../epochs/wording'
import { again, type Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label, Trouble } from '../parts/text'

/** RemoveS of a server that is gone for good [S4]: what hinders it, with the way; what it costs; and only then the deed. */
export function LostServerSheet({ request, onClose }: Props<'lostServer'>) {
  const desk = useDesk()
  const { tab, notices } = desk
  const { name } = request
  const version = useStore(tab.view, (view) => `${Object.values(view.copies).reduce((sum, copy) => sum + copy.version, 0)} ${connectedLinks(view).map(({ server }) => server).join(' ')}`)
  const { answer: lost, failure } = useReading(`lost ${name}`, version, () => tab.service.lostServer(name))
  const [isSure, setSure] = useState(false)
  const isFree = failure === null && lost !== null && lost.rings.length === 0 && lost.down.length === 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void notices.during(`Removing ${name}`, tab.service.removeS(name, { gone: true }), again(desk, request)).then((done) => {
      if (done) notices.tell(`${name} has been removed: nobody waits for it, and its name is free.`)
    })
  }
  return (
    <Sheet title="Remove a server that is gone" wide onClose={onClose}>
      <form className="name-form lost-server" onSubmit={submit}>
        <p className="hint">
          For a server that will never come back: its browser or its data is lost. One that is only away keeps its place, and hands its copies over itself when it is removed.
        </p>
        <div role="status" aria-busy={lost === null && failure === null}>
          {failure !== null && <Trouble>{failure}</Trouble>}
          {failure === null && lost === null && <p className="hint">Asking every server in reach what it knows of it…</p>}
          {failure === null && lost !== null && (
            <>
              <Hindrances lost={lost} onClose={onClose} />
              <Costs lost={lost} />
            </>
          )}
        </div>
        {isFree && (
          <label className="choice">
            <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.target.checked)} />
            <span>
              I know that <Label>{name}</Label> will not come back
            </span>
          </label>
        )}
        <Decision onCancel={onClose} disabled={!isFree || !isSure}>
          Remove it for good
        </Decision>
      </form>
    </Sheet>
  )
}

/** What has to be done first: a new epoch of each ring that it is in, another up pointer for who points up to it. */
function Hindrances({ lost: { server, rings, down }, onClose }: { lost: LostServer; onClose: () => void }) {
  const { dialogs, selection } = useDesk()
  const below = useView((view) => listed(down.map((each) => serverLabel(view, each))))
  return (
    <>
      {rings.length > 0 && (
        <>
          <p>
            <b>First:</b> it is still in the <Explained term="ring" /> of {rings.length === 1 ? 'one directory' : `${rings.length} directories`}. Sweeps there wait for it, until a new epoch goes on without it.
          </p>
          <ul>
            {rings.map(({ directory, name }) => (
              <li key={directory}>
                <Label>{name}</Label>{' '}
                <button
                  type="button"
                  className="small"
                  aria-label={`New epoch of ${name} without it…`}
                  onClick={() => {
                    onClose()
                    selection.go(name, 'copies')
                    dialogs.open({ type: 'newEpoch', directory: name, di: directory, chosen: 'reachable', without: server })
                  }}
                >
                  New epoch without it…
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {down.length > 0 && (
        <p>
          <b>First:</b> <bdi>{below}</bdi> {down.length === 1 ? 'points' : 'point'} up to it, and would not find the root without it. There, under <i>This server</i>, choose another to point up to; one that is gone too is removed before this one.
        </p>
      )}
    </>
  )
}

/** What is lost with it, as far as anybody in reach knows. */
function Costs({ lost: { awaited, alone, unheard } }: { lost: LostServer }) {
  return (
    <>
      <p>
        <b>What it costs:</b> its name goes, and with it whatever it alone had accepted. If it comes back after all, it is told that it was removed; what it has can then only be made anew, update by update.
      </p>
      {awaited.length > 0 && (
        <p>
          <Listed names={awaited} /> {awaited.length === 1 ? 'waits' : 'wait'} for what it alone has, and will wait no longer: what was deleted can be forgotten again.
        </p>
      )}
      {alone.length > 0 && (
        <p className="grave-text">
          <Listed names={alone} />: nobody else is known to have a copy. {alone.length === 1 ? 'This directory is' : 'These directories are'} lost with it.
        </p>
      )}
      {unheard.length > 0 && (
        <p className="warn-text">
          <bdi>{listed(unheard)}</bdi> did not say what {unheard.length === 1 ? 'it knows' : 'they know'} of it: rings that only they know may go on waiting.
        </p>
      )}
    </>
  )
}

const Listed = ({ names }: { names: LostServer['rings'] }) => <bdi>{shown(listed(names.map(({ name }) => name)))}</bdi>
