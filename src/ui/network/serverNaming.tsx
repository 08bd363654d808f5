import { useState, type FormEvent } from 'react'
import { useDesk, useView } from '../desk/desk'
import { connectedLinks, serverName } from '../desk/servers'

/** SetUpOn: a name, in the root or in a directory with InSN, and whom to point up to. */
export function ServerNaming() {
  const { tab, notices } = useDesk()
  const server = useView((view) => view.server)
  const others = useView((view) => connectedLinks(view).map(({ name }) => name).join('\n'))
  const own = useView((view) => serverName(view, view.server.name))
  const [name, setName] = useState(own)
  const [up, setUp] = useState(server.up ?? '')
  const choices = [...new Set([...(others === '' ? [] : others.split('\n')), ...(server.up === null ? [] : [server.up])])]
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void notices.during(`Setting this server up as ${name}`, tab.controls.renameServer(name.trim().normalize('NFC'), up === '' ? undefined : serverName(tab.view.getState(), up)))
  }
  return (
    <form aria-labelledby="naming-heading" onSubmit={submit}>
      <h3 id="naming-heading">Set up</h3>
      <div className="naming">
        <label>
          Name
          <input value={name} required onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          Points up to
          <select value={up} onChange={(event) => setUp(event.target.value)}>
            <option value="">nobody new</option>
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                /{choice}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={!server.removed && name === own && up === (server.up ?? '')}>
          Set up
        </button>
      </div>
      <p className="hint">A name such as /DEC/alpha needs a directory /DEC in which servers may be named, and a server with a shorter name to point up to.</p>
    </form>
  )
}
