/** Everything that can be done from the command palette, as it stands now. */
import type { Durability } from '../../core/copies/durability'
import type { Desk } from '../desk/desk'
import { beginNamesAt } from '../desk/beginning'
import { lastLabel, parentOf, ROOT } from '../desk/fullName'
import { setTheme } from '../desk/theme'
import { labDoor } from '../lab/labDoor'
import { nameActions } from '../names/nameActions'
import { linkDeeds } from '../network/linkDeeds'

export interface Command {
  group: 'Here' | 'Who you are' | 'Servers and network' | 'Page'
  word: string
  act: () => void
}

export function commandsOf(desk: Desk): Command[] {
  return [...here(desk), ...person(desk), ...network(desk), ...page(desk)]
}

function here(desk: Desk): Command[] {
  const { at } = desk.selection.store.getState()
  const { rootLabel } = desk.tab.view.getState()
  const named = desk.listing.store.getState().named.get(at)
  const subject = named ?? { name: at, type: at === '/' ? 'directory' : 'entry', detail: '' } as const
  const what = lastLabel(at, rootLabel)
  const actions = nameActions(desk, subject).filter(({ barred = null }) => barred === null).map(({ word, act }): Command => ({ group: 'Here', word: `${word.replace('…', '')} · ${what}${word.endsWith('…') ? '…' : ''}`, act }))
  const change = desk.undo.store.getState().changes.at(-1)
  return [...actions, ...beginnings(desk, subject.type === 'directory' ? at : (parentOf(at) ?? ROOT)), ...(change === undefined ? [] : [{ group: 'Here' as const, word: `Undo: ${change.what}`, act: () => void desk.undo.last() }])]
}

/** Where names begin [N1]: those without a / at the working directory, those with one at the working root. */
function beginnings(desk: Desk, at: string): Command[] {
  const { notices, tab } = desk
  const { root, workingRoot, workingDirectory } = tab.view.getState()
  const work = (fn: string): void => void notices.during(`Working in ${fn}`, tab.service.cd(fn)).then((done) => done && notices.tell(`Names without / begin at ${tab.service.workingDirectory}.`))
  const begin = (fn: string): void => {
    const found = tab.service.lookup(fn)
    void notices.during(`Looking up ${fn}`, found).then(async (done) => done && beginNamesAt(desk, (await found).di))
  }
  const commands: Command[] = []
  if (at !== workingDirectory) commands.push({ group: 'Here', word: `Work in ${at}: names without / begin there`, act: () => work(at) })
  if (at !== ROOT) commands.push({ group: 'Here', word: `Begin the names of this page at ${at}`, act: () => begin(at) })
  if (root !== null && root !== workingRoot) commands.push({ group: 'Here', word: 'Begin the names of this page at the root of the service', act: () => beginNamesAt(desk, root) })
  return commands
}

const levels: readonly [Durability, string][] = [
  ['local', 'one copy'],
  ['quorum', 'most copies'],
  ['all', 'all copies'],
]

function network(desk: Desk): Command[] {
  const { controls, view } = desk.tab
  const group = 'Servers and network'
  return [
    { group, word: 'Open another server', act: () => controls.openServer() },
    { group, word: 'This server: its place, check and repair…', act: () => desk.dialogs.open({ type: 'server' }) },
    { group, word: 'Join another name service…', act: () => desk.dialogs.open({ type: 'combine', link: '' }) },
    { group, word: 'Invite to this room…', act: () => desk.dialogs.open({ type: 'invite' }) },
    ...levels.filter(([level]) => level !== view.getState().durability).map(([level, copies]): Command => ({ group, word: `Changes made here: durable at ${copies}`, act: () => controls.setDurability(level) })),
    ...linkDeeds(view.getState(), controls).map(({ word, act }): Command => ({ group, word, act })),
    { group, word: 'Isolate this tab', act: () => controls.isolate() },
    { group, word: 'Heal all', act: () => controls.healAll() },
  ]
}

/** Who this person is, on this device and on others. */
function person({ dialogs, listing, selection, tab }: Desk): Command[] {
  const group = 'Who you are'
  const { me } = tab.view.getState()
  const { at } = selection.store.getState()
  const directory = listing.store.getState().named.get(at)?.type === 'directory' ? at : (parentOf(at) ?? ROOT)
  const mine: Command[] =
    me === null
      ? []
      : [
          { group, word: 'Invite a device to be you…', act: () => dialogs.open({ type: 'invitePerson', at: me, label: '', isDevice: true }) },
          { group, word: 'Make a backup of who you are…', act: () => dialogs.open({ type: 'backUp' }) },
        ]
  return [
    { group, word: me === null ? 'Say who you are…' : 'Who you are: key, devices, invitations…', act: () => dialogs.open({ type: 'person' }) },
    ...mine,
    { group, word: 'Invite a person…', act: () => dialogs.open({ type: 'invitePerson', at: directory, label: '', isDevice: false }) },
    { group, word: 'Restore who you are from a backup…', act: () => dialogs.open({ type: 'restore' }) },
  ]
}

function page({ selection, dialogs }: Desk): Command[] {
  const group = 'Page'
  const { at } = selection.store.getState()
  return [
    { group, word: 'Show value', act: () => selection.go(at, 'value') },
    { group, word: 'Show copies', act: () => selection.go(at, 'copies') },
    { group, word: 'Show access: who may do what', act: () => selection.go(at, 'access') },
    { group, word: 'Show the way', act: () => selection.go(at, 'way') },
    { group, word: 'Open the lab: a simulated cluster', act: () => labDoor.open() },
    { group, word: 'Theme: light', act: () => setTheme('light') },
    { group, word: 'Theme: dark', act: () => setTheme('dark') },
    { group, word: 'Theme: as the system has it', act: () => setTheme('system') },
    { group, word: 'Help', act: () => dialogs.open({ type: 'help', about: null }) },
  ]
}
