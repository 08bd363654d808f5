import { useState, type FormEvent } from 'react'
import { useDesk, useView } from '../desk/desk'
import { memberLabel } from '../desk/servers'
import { again, type Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Label } from '../parts/text'
import { useReports } from './reports'

/** RemoveDC: one server gives up its copy of a directory. */
export function RemoveCopySheet({ request, onClose }: Props<'removeCopy'>) {
  const desk = useDesk()
  const self = useView((view) => view.server.id)
  const members = useReports().copies
  const [chosen, setChosen] = useState(request.server)
  const names = members.map(({ member }) => memberLabel(member))
  const server = names.includes(chosen) ? chosen : (names[0] ?? '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void desk.notices.during(`Removing the copy on ${server}`, desk.tab.service.removeDC(members[names.indexOf(server)]?.member.server ?? server, request.directory), again(desk, { ...request, server })).then((done) => {
      if (done) desk.notices.tell(`${server} has left the ring.`)
    })
  }
  return (
    <Sheet title="Remove copy" onClose={onClose}>
      {names.length < 2 ? (
        <p>This is the only copy. Add one on another server first; the last copy stays.</p>
      ) : (
        <form className="name-form" onSubmit={submit}>
          <fieldset>
            <legend>
              Copy of <Label>{request.directory}</Label> on
            </legend>
            {members.map(({ member }) => (
              <label key={member.copy} className="choice">
                <input type="radio" name="server" value={memberLabel(member)} checked={server === memberLabel(member)} onChange={() => setChosen(memberLabel(member))} /> <Label>{memberLabel(member)}</Label>
                {member.server === self && ' (this tab)'}
              </label>
            ))}
          </fieldset>
          <p className="hint">It hands what it has to the copy before it in the ring, and is taken out. Nothing is lost; both must be connected.</p>
          <Decision onCancel={onClose}>
            Remove copy
          </Decision>
        </form>
      )}
    </Sheet>
  )
}
