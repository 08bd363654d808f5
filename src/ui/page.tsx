import { X } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { ActivityPanel } from './activity/activityPanel'
import { Centre } from './centre'
import { ReportsProvider } from './copies/reports'
import { DeskContext, useDesk, type Desk } from './desk/desk'
import { Dialogs } from './dialogs'
import { Header, type Drawer } from './header/header'
import { useKeys } from './keys'
import { labDoor } from './lab/labDoor'
import { NamesPanel } from './names/namesPanel'
import { NetworkPanel } from './network/networkPanel'
import { News } from './status/news'
import { Notices } from './status/notices'
import { StatusBar } from './status/statusBar'
import { TabTitle } from './status/tabTitle'

const Lab = lazy(() => import('./lab/lab'))

/** The page: names on the left, what is selected in the centre, network and activity on the right. */
export function Page({ desk }: { desk: Desk }) {
  return (
    <DeskContext value={desk}>
      <ReportsProvider>
        <Frame />
      </ReportsProvider>
    </DeskContext>
  )
}

function Frame() {
  const desk = useDesk()
  const [drawer, setDrawer] = useState<Drawer>(null)
  const inLab = useStore(labDoor.store, (door) => door.open)
  useKeys(desk)
  useEffect(() => {
    if (drawer === null) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && document.querySelector('dialog[open], [popover]:popover-open') === null) setDrawer(null)
    }
    document.querySelector<HTMLElement>('.side.open .drawer-close')?.focus()
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [drawer])
  const close = (): void => setDrawer(null)
  const open = (which: Drawer): void => {
    // The panels are those of the room.
    if (which !== null) labDoor.close()
    setDrawer(which)
  }
  return (
    <>
      <a className="skip" href="#centre" onClick={(event) => {
        // The fragment of the address is the room's: focus moves without it.
        event.preventDefault()
        document.getElementById('centre')?.focus()
      }}>
        Skip to the selected name
      </a>
      <Header drawer={drawer} onDrawer={open} />
      {inLab ? (
        <Suspense fallback={<p className="empty">Opening the lab…</p>}>
          <Lab />
        </Suspense>
      ) : (
        <div className="panels">
          {drawer !== null && <div className="scrim" onClick={close} />}
          <aside className={drawer === 'names' ? 'side left open' : 'side left'} aria-label="Names">
            <DrawerClose onClose={close} />
            <NamesPanel onChosen={close} />
          </aside>
          <Centre />
          <aside className={drawer === 'network' ? 'side right open' : 'side right'} aria-label="Network and activity">
            <DrawerClose onClose={close} />
            <NetworkPanel />
            <ActivityPanel />
          </aside>
        </div>
      )}
      {!inLab && <StatusBar />}
      <Notices />
      <News />
      <TabTitle />
      <Dialogs />
    </>
  )
}

function DrawerClose({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" className="quiet icon drawer-close" aria-label="Close this panel" onClick={onClose}>
      <X aria-hidden size={18} />
    </button>
  )
}
