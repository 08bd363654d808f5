import { useState, type FormEvent } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { rootNameFault } from '../../core/directories/rootName'
import { formatLabels } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { namesFromRoot } from '../desk/servers'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label } from '../parts/text'
import { again, type Props } from './nameSheets'

/** NewRoot: a root above the one that there is; what it comes to is said before it is done. */
export function NewRootSheet({ request, onClose }: Props<'newRoot'>) {
  const desk = useDesk()
  const { tab, notices } = desk
  const [label, setLabel] = useState(request.label)
  const [name, setName] = useState(request.name)
  const { id, name: server } = useView((view) => view.server)
  const rootLabel = useView((view) => view.rootLabel)
  const servers = useView(useShallow(namesFromRoot))
  const wanted = name.trim().normalize('NFC')
  const fault = wanted === '' ? null : rootNameFault(wanted, { servers, formerRoots: [] })

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void notices.during(`Putting a root above ${rootLabel}`, tab.service.newRoot(id, `#${tab.view.getState().root ?? ''}`, wanted, { label: label.trim().normalize('NFC') }), again(desk, { ...request, label, name }))
  }
  return (
    <Sheet title="New root above" onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <label>
          What the new root calls itself
          <input autoFocus required value={label} onChange={(event) => setLabel(event.target.value)} />
        </label>
        <label>
          Name of {rootLabel} in it
          <input required value={name} aria-describedby="root-forecast" onChange={(event) => setName(event.target.value)} />
        </label>
        <div id="root-forecast" role="status" aria-label="What it comes to">
          {wanted === '' && <p className="hint">Everything that there is lies below the new root then, under this name; other name services can be joined beside it.</p>}
          {fault !== null && (
            <p className="trouble">
              {rootLabel} cannot be called <Label>{wanted}</Label> there: {fault}. Choose another name.
            </p>
          )}
          {wanted !== '' && fault === null && (
            <>
              <p>
                What is called <Label>/SRC</Label> is called <Label>{`/${formatLabels([wanted, 'SRC'])}`}</Label> then. <b>Every name of before goes on:</b> those that begin with the{' '}
                <Explained term="root" /> by its identifier, links too, lead where they led, from every server.
              </p>
              <p className="hint">
                The first copy of the new root is made on {server}, which takes a name in it; every other server follows. It is settled once every server with a copy of the present root has been heard. Of two new roots made at once the first counts, and the other goes below it.
              </p>
            </>
          )}
        </div>
        <Decision onCancel={onClose} disabled={wanted === '' || fault !== null || label.trim() === ''}>
          Put it above
        </Decision>
      </form>
    </Sheet>
  )
}
