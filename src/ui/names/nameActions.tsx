/** What can be done to a name: one list for the context menu, the menu beside the heading and the command palette. */
import { ChevronsUp, CircleMinus, Combine, Copy, Download, FolderInput, FolderPlus, Hourglass, KeyRound, Layers, Link2, Milestone, MonitorSmartphone, Pencil, Plus, RefreshCw, Trash2, Undo2, Unplug, Upload, UserPlus } from 'lucide-react'
import { withoutTX } from '../../client/json'
import type { JsonTree, WriteOptions, Written } from '../../client/nameService'
import type { Desk } from '../desk/desk'
import { designate, labelsOf, parentOf, ROOT } from '../desk/fullName'
import type { Named } from '../desk/listing'
import { mayAddBelow, mayWrite, type Own } from '../desk/rights'
import { write } from '../desk/write'
import { jsonOf } from '../value/json'
import { myName } from '../person/myself'
import { saveLines } from '../parts/saveLines'
import type { MenuItem } from '../parts/menu'

const size = 15

export type Subject = Pick<Named, 'name' | 'type' | 'detail'> & Partial<Pick<Named, 'expiration'>>

export function nameActions(desk: Desk, subject: Subject): MenuItem[] {
  const copyName: MenuItem = {
    word: 'Copy name',
    icon: <Copy size={size} />,
    act: () => void desk.notices.during('Copying the name', navigator.clipboard.writeText(subject.name)).then((done) => done && desk.notices.tell(`Copied ${subject.name}`)),
  }
  const access: MenuItem = { word: 'Access: who may…', icon: <KeyRound size={size} />, act: () => desk.selection.go(subject.name, 'access') }
  switch (subject.type) {
    case 'directory':
      return [...directoryActions(desk, subject.name, access), ...(parentOf(subject.name) === null ? [] : expirationActions(desk, subject)), copyName]
    case 'link':
      return [...expirationActions(desk, subject), copyName, remove(desk, subject)]
    case 'entry':
      return [
        { word: 'Rename…', icon: <Pencil size={size} />, barred: barredAt(desk, subject.name), act: () => desk.dialogs.open({ type: 'rename', at: subject.name, label: labelsOf(subject.name).at(-1) ?? '' }) },
        access,
        inviteTo(desk, subject.name),
        ...expirationActions(desk, subject),
        copyName,
        remove(desk, subject),
      ]
    case 'server':
      return [copyName, ...lostServer(desk, subject)]
  }
}

/** A key more for an entry: of a further device of mine, or of whoever is to be that entry. */
function inviteTo(desk: Desk, name: string): MenuItem {
  const { dialogs, tab } = desk
  const { me } = tab.view.getState()
  if (me !== null && myName(desk) === name) return { word: 'Invite a device to be you…', icon: <MonitorSmartphone size={size} />, act: () => dialogs.open({ type: 'invitePerson', at: me, label: '', isDevice: true }) }
  return { word: 'Invite somebody to be it…', icon: <UserPlus size={size} />, act: () => dialogs.open({ type: 'invitePerson', at: parentOf(name) ?? ROOT, label: labelsOf(name).at(-1) ?? '', isDevice: false }) }
}

function expirationActions(desk: Desk, { name, expiration }: Subject): MenuItem[] {
  const barred = barredAt(desk, name)
  if (expiration?.planned) return [{ word: 'Take the planned change back', icon: <Undo2 size={size} />, barred, act: () => takeBack(desk, name) }]
  return [{ word: 'Expires…', icon: <Hourglass size={size} />, barred, act: () => desk.dialogs.open({ type: 'expires', at: name, until: '' }) }]
}

export function takeBack({ notices, tab }: Desk, name: string): void {
  void notices.during(`Taking back the change planned for ${name}`, tab.service.takeBack(name)).then((done) => done && notices.tell(`${name} stays as it is.`))
}

/** A server that is not connected may be gone for good. */
function lostServer({ dialogs, tab }: Desk, { name, detail }: Subject): MenuItem[] {
  const { server, links } = tab.view.getState()
  const isHere = detail === server.id || links.some((link) => link.server === detail && link.state === 'connected')
  return isHere ? [] : [{ word: 'Remove, it is gone…', icon: <Unplug size={size} />, grave: true, act: () => dialogs.open({ type: 'lostServer', name }) }]
}

const NO_RIGHT = 'you have no right to write here'

/** What is not known is kept from nobody: then the answer says no. */
const ownIn = (desk: Desk, directory: string): Own | null => desk.rights.get(directory) ?? null

/** Why this person cannot change a name, as far as the tree of names knows; null when it can. */
const barredAt = (desk: Desk, name: string): string | null => (mayWrite(ownIn(desk, parentOf(name) ?? ROOT), labelsOf(name).slice(-1)) ? null : NO_RIGHT)

function directoryActions(desk: Desk, at: string, access: MenuItem): MenuItem[] {
  const { dialogs, notices, selection, tab } = desk
  const own = ownIn(desk, at)
  const adding = mayAddBelow(own, []) ? null : NO_RIGHT
  const ruling = mayWrite(own, ['.']) ? null : NO_RIGHT
  return [
    { word: 'New entry…', icon: <Plus size={size} />, barred: adding, act: () => dialogs.open({ type: 'newEntry', at, label: '' }) },
    { word: 'New directory…', icon: <FolderPlus size={size} />, barred: adding, act: () => dialogs.open({ type: 'newDirectory', at, label: '', server: '' }) },
    { word: 'Invite a person…', icon: <UserPlus size={size} />, barred: adding, act: () => dialogs.open({ type: 'invitePerson', at, label: '', isDevice: false }) },
    { word: 'New link…', icon: <Link2 size={size} />, barred: adding, act: () => dialogs.open({ type: 'newLink', at, label: '', target: '' }) },
    ...(at === ROOT ? [{ word: 'New root above…', icon: <ChevronsUp size={size} />, act: () => dialogs.open({ type: 'newRoot', label: '', name: '' }) }, { word: 'Join another name service…', icon: <Combine size={size} />, act: () => dialogs.open({ type: 'combine', link: '' }) }] : [{ word: 'Move…', icon: <FolderInput size={size} />, barred: ruling, act: () => dialogs.open({ type: 'move', at, to: at }) }]),
    { word: 'Add copy…', icon: <Layers size={size} />, act: () => dialogs.open({ type: 'addCopy', directory: at, server: '' }) },
    {
      word: 'Remove copy…',
      icon: <CircleMinus size={size} />,
      barred: ruling,
      act: () => {
        selection.go(at, 'copies')
        dialogs.open({ type: 'removeCopy', directory: at, server: '' })
      },
    },
    { word: 'New epoch…', icon: <Milestone size={size} />, barred: ruling, act: () => void newEpoch(desk, at) },
    {
      word: 'Sweep now',
      icon: <RefreshCw size={size} />,
      act: () => {
        selection.go(at, 'copies')
        void notices.during(`Sweeping ${at}`, tab.service.sweep(at))
      },
    },
    access,
    { word: 'Import…', icon: <Upload size={size} />, barred: adding, act: () => dialogs.open({ type: 'import', at }) },
    { word: 'Export', icon: <Download size={size} />, act: () => void notices.during(`Exporting ${at}`, exportTo(tab.service, at)) },
    ...(at === ROOT ? [] : [{ word: 'Delete directory…', icon: <Trash2 size={size} />, grave: true, barred: ruling, act: () => dialogs.open({ type: 'removeDirectory', at }) }]),
  ]
}

/** Of the directory that the name leads to; whose copy is here is known without asking anybody on the way, who may be gone. */
async function newEpoch({ dialogs, notices, selection, tab }: Desk, directory: string): Promise<void> {
  const own = Object.values(tab.view.getState().copies).find(({ name }) => name === directory)
  const found = own === undefined ? tab.service.lookup(directory) : Promise.resolve({ di: own.directory })
  if (!(await notices.during(`Looking up ${directory}`, found))) return
  selection.go(directory, 'copies')
  dialogs.open({ type: 'newEpoch', directory, di: (await found).di, chosen: 'reachable', without: null })
}

/** The directory and those below it, as a file. */
async function exportTo(service: Desk['tab']['service'], at: string): Promise<void> {
  saveLines(`${labelsOf(at).at(-1) ?? 'root'}.jsonl`, await service.exportDirectory(at))
}

const remove = (desk: Desk, { name, type, detail }: Subject): MenuItem => ({
  word: 'Delete',
  icon: <Trash2 size={size} />,
  grave: true,
  barred: barredAt(desk, name),
  act: () => {
    const deleting = type === 'link' ? removeLink(desk, name, detail) : removeEntry(desk, name)
    void deleting.then((done) => {
      const parent = parentOf(name)
      if (done && parent !== null && desk.selection.store.getState().at === name) desk.selection.go(parent)
    })
  },
})

/** By the directory's tree, not by the name: that would follow the link and delete what it leads to. */
function removeLink(desk: Desk, name: string, target: string): Promise<boolean> {
  const { service } = desk.tab
  const [directory, label] = [parentOf(name) ?? name, labelsOf(name).at(-1) ?? '']
  return write(desk, (options) => service.doUpdates(directory, { [label]: false }, options), { what: `${label} deleted`, takeBack: () => service.setLink(name, target) })
}

async function removeEntry(desk: Desk, name: string): Promise<boolean> {
  const { service } = desk.tab
  const [directory, label] = [parentOf(name) ?? name, labelsOf(name).at(-1) ?? '']
  let kept: JsonTree = true
  const deleting = async (options: WriteOptions): Promise<Written> => {
    const { value } = await service.nodes(designate(directory, [label]))
    kept = value === null || withoutTX(jsonOf(value.tree))
    return service.doUpdates(directory, { [label]: false }, options)
  }
  return write(desk, deleting, { what: `${label} deleted`, takeBack: () => service.doUpdates(directory, { [label]: kept }) })
}
