import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { CopyView } from '../../tab/view'
import { useDesk, useView } from '../desk/desk'
import { lastLabel } from '../desk/fullName'
import { memberLabel } from '../desk/servers'
import { Label } from '../parts/text'
import { listed } from './wording'

/** B3: copies here whose store is an old one. The ring goes on by an epoch without them; who is the only one goes on by force, from what it has [E5]. */
export function OldStoreNews() {
  const { tab } = useDesk()
  const stale = useStore(tab.view, useShallow((view) => Object.values(view.copies).filter(({ state }) => state === 'rolledBack')))
  return stale.map((copy) => <OldStore key={copy.id} copy={copy} />)
}

function OldStore({ copy: { name, directory: di, ring } }: { copy: CopyView }) {
  const { dialogs, selection } = useDesk()
  const self = useView((view) => view.server.id)
  const rootLabel = useView((view) => view.rootLabel)
  const others = ring.filter(({ server }) => server !== self)
  const begin = (alone: boolean): void => {
    selection.go(name, 'copies')
    dialogs.open({ type: 'newEpoch', directory: name, di, chosen: alone ? [self] : 'reachable', without: alone ? null : self })
  }
  return (
    <div className="banner warn" role="alert">
      <p>
        <b>
          An old store of <Label>{lastLabel(name, rootLabel)}</Label>:
        </b>{' '}
        this browser remembers a later start of this server than its data does. What was done in between is missing here, so the copy serves nothing and takes no part in sweeps.{' '}
        {others.length > 0 && (
          <>
            <bdi>{listed(others.map(memberLabel))}</bdi> {others.length === 1 ? 'has' : 'have'} the rest: a new epoch without this copy goes on there, and then it comes in again.
          </>
        )}
      </p>
      {others.length > 0 && (
        <button type="button" onClick={() => begin(false)}>
          New epoch without it…
        </button>
      )}
      <button type="button" onClick={() => begin(true)}>
        {others.length > 0 ? 'The others are gone: go on from here…' : 'Go on from what is here…'}
      </button>
    </div>
  )
}
