import { useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { useDesk } from '../desk/desk'
import { ROOT } from '../desk/fullName'
import { connectedLinks } from '../desk/servers'
import { again, type Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Label } from '../parts/text'

/** NewDC: a copy of a directory on one more server. */
export function AddCopySheet({ request, onClose }: Props<'addCopy'>) {
  const desk = useDesk()
  const named = useStore(desk.listing.store, (state) => state.named.get(request.directory))
  const view = useStore(desk.tab.view)
  const di = request.directory === ROOT ? view.workingRoot : named?.type === 'directory' ? named.detail : request.directory.slice(1)
  const ring = Object.values(view.copies).find((copy) => copy.directory === di)?.ring ?? []
  const free = [{ server: view.server.id, name: view.server.name }, ...connectedLinks(view)].filter(({ server }) => !ring.some((member) => member.server === server))
  const [chosen, setChosen] = useState(request.server)
  const server = free.some(({ name }) => name === chosen) ? chosen : (free[0]?.name ?? '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void desk.notices.during(`Making a copy on ${server}`, desk.tab.service.newDC(free.find(({ name }) => name === server)?.server ?? server, request.directory), again(desk, { ...request, server })).then((done) => {
      if (done) desk.notices.tell(`${server} has a copy now.`)
    })
  }
  return (
    <Sheet title="Add copy" onClose={onClose}>
      {free.length === 0 ? (
        <p>Every server that is connected has a copy already. Open another server, and it can be given one.</p>
      ) : (
        <form className="name-form" onSubmit={submit}>
          <fieldset>
            <legend>
              Copy of <Label>{request.directory}</Label> on
            </legend>
            {free.map(({ server: id, name }) => (
              <label key={id} className="choice">
                <input type="radio" name="server" value={name} checked={server === name} onChange={() => setChosen(name)} /> <Label>{name}</Label>
                {id === view.server.id && ' (this tab)'}
              </label>
            ))}
          </fieldset>
          <p className="hint">The new copy takes all that is there and is spliced into the ring.</p>
          <Decision onCancel={onClose}>
            Add copy
          </Decision>
        </form>
      )}
    </Sheet>
  )
}

