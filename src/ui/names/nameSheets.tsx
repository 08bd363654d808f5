/** The small forms that make or change a name. They close at once: what the network says comes as a notice. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { withoutTX } from '../../client/json'
import { labelFault } from '../../core/names'
import { useDesk, useView, type Desk } from '../desk/desk'
import type { DialogRequest } from '../desk/dialogs'
import { below, designate, labelsOf, parentOf, ROOT } from '../desk/fullName'
import { write } from '../desk/write'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Label } from '../parts/text'
import { jsonOf } from '../value/json'

type Of<T extends DialogRequest['type']> = Extract<DialogRequest, { type: T }>
export interface Props<T extends DialogRequest['type']> {
  request: Of<T>
  onClose: () => void
}

const normal = (text: string): string => text.trim().normalize('NFC')

function NameForm({ title, word, label, onLabel, onSubmit, onClose, hint, children }: { title: string; word: string; label: string; onLabel: (label: string) => void; onSubmit: () => void; onClose: () => void; hint: ReactNode; children?: ReactNode }) {
  const [fault, setFault] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = labelFault(normal(label))
    setFault(found)
    if (found !== null) return
    onClose()
    onSubmit()
  }
  return (
    <Sheet title={title} onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <label>
          Name
          <input autoFocus required value={label} aria-invalid={fault !== null} aria-describedby="name-fault" onChange={(event) => onLabel(event.target.value)} />
        </label>
        {children}
        <p id="name-fault" className={fault === null ? 'hint' : 'trouble'}>
          {fault === null ? hint : `This is no label: ${fault}.`}
        </p>
        <Decision onCancel={onClose}>
          {word}
        </Decision>
      </form>
    </Sheet>
  )
}

/** What a form does when the call fails: say it, and offer the form again as it was. */
export const again = (desk: Desk, request: DialogRequest): { word: string; act: () => void } => ({ word: 'Change and repeat', act: () => desk.dialogs.open(request) })

export function NewEntrySheet({ request, onClose }: Props<'newEntry'>) {
  const desk = useDesk()
  const [label, setLabel] = useState(request.label)
  const submit = (): void => {
    const name = normal(label)
    const made = (async () => {
      const there = await desk.tab.service.entries(request.at)
      if (there.value.some(([other]) => other === name)) throw new Error(`${name} is already there; choose another name, or delete it first.`)
      await desk.tab.service.doUpdates(request.at, { [name]: true })
    })()
    void desk.notices.during(`Making ${name}`, made, again(desk, { ...request, label })).then((done) => {
      if (!done) return
      desk.undo.remember({ what: `${name} made`, takeBack: () => desk.tab.service.doUpdates(request.at, { [name]: false }) })
      desk.selection.go(below(request.at, name), 'value')
    })
  }
  return <NameForm title="New entry" word="Make entry" label={label} onLabel={setLabel} onSubmit={submit} onClose={onClose} hint={<In at={request.at}>A person, a machine, a list. Its properties are added afterwards.</In>} />
}

export function NewDirectorySheet({ request, onClose }: Props<'newDirectory'>) {
  const desk = useDesk()
  const self = useView((view) => view.server.name)
  const links = useView((view) => view.links)
  const others = links.filter(({ state }) => state === 'connected')
  const [label, setLabel] = useState(request.label)
  const [server, setServer] = useState(request.server === '' ? self : request.server)
  const submit = (): void => {
    const name = normal(label)
    void desk.notices.during(`Making the directory ${name}`, desk.tab.service.newD(others.find((link) => link.name === server)?.server ?? server, below(request.at, name)), again(desk, { ...request, label, server })).then((done) => {
      if (done) desk.selection.go(below(request.at, name))
    })
  }
  return (
    <NameForm title="New directory" word="Make directory" label={label} onLabel={setLabel} onSubmit={submit} onClose={onClose} hint={<In at={request.at}>Copies on other servers are added afterwards.</In>}>
      <label>
        First copy on
        <select value={server} onChange={(event) => setServer(event.target.value)}>
          <option value={self}>{self} (this tab)</option>
          {others.map((link) => (
            <option key={link.server} value={link.name}>
              {link.name}
            </option>
          ))}
        </select>
      </label>
    </NameForm>
  )
}

export function NewLinkSheet({ request, onClose }: Props<'newLink'>) {
  const desk = useDesk()
  const [label, setLabel] = useState(request.label)
  const [target, setTarget] = useState(request.target)
  const submit = (): void => {
    const name = normal(label)
    const { service } = desk.tab
    const link = below(request.at, name)
    // Where it takes the place of another link, that is what stood there.
    const making = (async () => {
      const former = (await service.entries(request.at)).value.find(([other, type]) => other === name && type === 'link')?.[2]
      await service.setLink(link, target.trim())
      return former
    })()
    const takeBack = async (): Promise<unknown> => {
      const former = await making
      return former === undefined ? service.doUpdates(request.at, { [name]: false }) : service.setLink(link, former)
    }
    void desk.notices.during(`Making the link ${name}`, making, again(desk, { ...request, label, target })).then((done) => {
      if (done) desk.undo.remember({ what: `${name} made`, takeBack })
    })
  }
  return (
    <NameForm title="New link" word="Make link" label={label} onLabel={setLabel} onSubmit={submit} onClose={onClose} hint={<In at={request.at}>A lookup of the link goes on at the name it leads to.</In>}>
      <label>
        Leads to
        <input required value={target} placeholder="/IBM/TJW" onChange={(event) => setTarget(event.target.value)} />
      </label>
    </NameForm>
  )
}

export function RenameSheet({ request, onClose }: Props<'rename'>) {
  const desk = useDesk()
  const [label, setLabel] = useState(request.label)
  const directory = parentOf(request.at) ?? ROOT
  const old = labelsOf(request.at).at(-1) ?? ''
  const submit = (): void => {
    const name = normal(label)
    if (name === old) return
    const { service } = desk.tab
    const renamed = (async () => {
      const [there, nodes] = await Promise.all([service.entries(directory), service.nodes(designate(directory, [old]))])
      if (there.value.some(([other]) => other === name)) throw new Error(`${name} is already there; choose another name, or delete it first.`)
      const tree = nodes.value === null || withoutTX(jsonOf(nodes.value.tree))
      await service.doUpdates(directory, Object.fromEntries([[old, false], [name, tree]]))
      return tree
    })()
    const takeBack = async (): Promise<unknown> => service.doUpdates(directory, Object.fromEntries([[name, false], [old, await renamed]]))
    void write(desk, renamed, { what: `${old} renamed to ${name}`, takeBack }).then((done) => done && desk.selection.go(below(directory, name)))
  }
  return <NameForm title="Rename" word="Rename" label={label} onLabel={setLabel} onSubmit={submit} onClose={onClose} hint={<In at={directory}>One update makes the old name absent and the new one present, with all below.</In>} />
}

export function In({ at, children }: { at: string; children: ReactNode }) {
  return (
    <>
      In <Label>{at}</Label>. {children}
    </>
  )
}
