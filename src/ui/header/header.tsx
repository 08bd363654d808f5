import { Activity, CircleHelp, Contrast, FlaskConical, ListTree, Plus, Search, UserPlus } from 'lucide-react'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { labDoor } from '../lab/labDoor'
import { setTheme, themes, themeStore } from '../desk/theme'
import { MenuButton } from '../parts/menuButton'
import { Label } from '../parts/text'
import { PersonChip } from '../person/chip'
import { Mark } from './mark'
import { ServerName } from './serverName'

export type Drawer = 'names' | 'network' | null

/** The header: where one is, who one is, and the way to everything else. */
export function Header({ drawer, onDrawer }: { drawer: Drawer; onDrawer: (drawer: Drawer) => void }) {
  const { dialogs, tab } = useDesk()
  const room = useView((view) => view.roomName)
  const theme = useStore(themeStore, (state) => state.theme)
  const inLab = useStore(labDoor.store, (door) => door.open)
  const toggle = (which: 'names' | 'network'): void => onDrawer(drawer === which ? null : which)
  return (
    <header className="page-header">
      <button type="button" className="quiet drawer-button" aria-label="Names" aria-expanded={drawer === 'names'} onClick={() => toggle('names')}>
        <ListTree aria-hidden size={17} /> <span>Names</span>
      </button>
      <h1 className="wordmark">
        <Mark /> namering
      </h1>
      <span className="room">
        room <b><Label>{room}</Label></b>
      </span>
      <button type="button" className="invite" aria-label="Invite" onClick={() => dialogs.open({ type: 'invite' })}>
        <UserPlus aria-hidden size={15} /> <span>Invite</span>
      </button>
      <button type="button" className="open-server" aria-label="Open another server" title="Open another server" onClick={() => tab.controls.openServer()}>
        <Plus aria-hidden size={15} /> <span>Open another server</span>
      </button>
      <button type="button" className="search" aria-label="Go to a name, do anything" aria-keyshortcuts="Control+K Meta+K" onClick={() => dialogs.open({ type: 'palette' })}>
        <Search aria-hidden size={15} /> <span>Go to a name, do anything</span> <kbd>Ctrl K</kbd>
      </button>
      <ServerName />
      <PersonChip />
      <button type="button" className="quiet icon toggle" aria-label="Lab" aria-pressed={inLab} title="Lab: a simulated cluster, step by step" onClick={() => (inLab ? labDoor.close() : labDoor.open())}>
        <FlaskConical aria-hidden size={17} />
      </button>
      <MenuButton name="Theme" className="quiet icon" items={themes.map((one) => ({ word: themeWord[one], act: () => setTheme(one), chosen: theme === one }))}>
        <Contrast aria-hidden size={17} />
      </MenuButton>
      <button type="button" className="quiet icon" aria-label="Help" onClick={() => dialogs.open({ type: 'help', about: null })}>
        <CircleHelp aria-hidden size={17} />
      </button>
      <button type="button" className="quiet drawer-button" aria-label="Network" aria-expanded={drawer === 'network'} onClick={() => toggle('network')}>
        <Activity aria-hidden size={17} /> <span>Network</span>
      </button>
    </header>
  )
}

const themeWord = { system: 'As the system has it', light: 'Light', dark: 'Dark' } as const
