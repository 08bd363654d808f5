import { CombineSheet } from './combination/combineSheet'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { AbandonSheet } from './epochs/abandonSheet'
import { AddCopySheet } from './copies/addCopySheet'
import { NewEpochSheet } from './epochs/newEpochSheet'
import { RemoveCopySheet } from './copies/removeCopySheet'
import { useDesk, useView } from './desk/desk'
import { HelpSheet } from './header/helpSheet'
import { InviteSheet } from './header/inviteSheet'
import { Palette } from './header/palette'
import { ImportSheet } from './names/importSheet'
import { MoveSheet } from './names/moveSheet'
import { RemoveDirectorySheet } from './names/removeDirectorySheet'
import { NewRootSheet } from './names/newRootSheet'
import { LostServerSheet } from './network/lostServerSheet'
import { BackUpSheet, RestoreSheet } from './person/backupSheets'
import { InvitationSheet } from './person/invitationSheet'
import { InvitePersonSheet } from './person/invitePersonSheet'
import { PersonSheet } from './person/personSheet'
import { ServerSheet } from './network/serverSheet'
import { ExpiresSheet } from './expiration/expiresSheet'
import { NewDirectorySheet, NewEntrySheet, NewLinkSheet, RenameSheet } from './names/nameSheets'

/** The dialog that is open, if one is. */
export function Dialogs() {
  const { dialogs } = useDesk()
  const invitation = useView((view) => view.invitation)
  useEffect(() => {
    // It was opened for this: the link says so.
    if (invitation !== null) dialogs.open({ type: 'invitation' })
  }, [dialogs, invitation])
  const open = useStore(dialogs.store, (state) => state.open)
  if (open === null) return null
  const onClose = (): void => {
    // A dialog that was replaced by another must not close that one.
    if (dialogs.store.getState().open === open) dialogs.close()
  }
  switch (open.type) {
    case 'invite':
      return <InviteSheet onClose={onClose} />
    case 'palette':
      return <Palette onClose={onClose} />
    case 'help':
      return <HelpSheet about={open.about} onClose={onClose} />
    case 'newDirectory':
      return <NewDirectorySheet request={open} onClose={onClose} />
    case 'newEntry':
      return <NewEntrySheet request={open} onClose={onClose} />
    case 'newLink':
      return <NewLinkSheet request={open} onClose={onClose} />
    case 'addCopy':
      return <AddCopySheet request={open} onClose={onClose} />
    case 'removeCopy':
      return <RemoveCopySheet request={open} onClose={onClose} />
    case 'newEpoch':
      return <NewEpochSheet request={open} onClose={onClose} />
    case 'abandon':
      return <AbandonSheet request={open} onClose={onClose} />
    case 'rename':
      return <RenameSheet request={open} onClose={onClose} />
    case 'move':
      return <MoveSheet request={open} onClose={onClose} />
    case 'removeDirectory':
      return <RemoveDirectorySheet request={open} onClose={onClose} />
    case 'newRoot':
      return <NewRootSheet request={open} onClose={onClose} />
    case 'server':
      return <ServerSheet onClose={onClose} />
    case 'lostServer':
      return <LostServerSheet request={open} onClose={onClose} />
    case 'expires':
      return <ExpiresSheet request={open} onClose={onClose} />
    case 'combine':
      return <CombineSheet request={open} onClose={onClose} />
    case 'person':
      return <PersonSheet onClose={onClose} />
    case 'invitation':
      return <InvitationSheet onClose={onClose} />
    case 'invitePerson':
      return <InvitePersonSheet request={open} onClose={onClose} />
    case 'backUp':
      return <BackUpSheet onClose={onClose} />
    case 'restore':
      return <RestoreSheet onClose={onClose} />
    case 'import':
      return <ImportSheet request={open} onClose={onClose} />
  }
}
