import { useStore } from 'zustand'
import { epochNumber } from '../../core/copies/directoryCopy'
import type { CopyView } from '../../tab/view'
import { useDesk, useView } from '../desk/desk'
import { lastLabel } from '../desk/fullName'
import { memberLabel } from '../desk/servers'
import { Label } from '../parts/text'
import { isSplit } from './candidates'
import { SplitNews } from './splitNews'
import { counted, listed } from './wording'

/** On the other side: this server's copies that a new epoch left out. */
export function OutsideNews() {
  const { tab } = useDesk()
  const copies = useStore(tab.view, (view) => view.copies)
  return Object.values(copies).map((copy) => (copy.outside === null ? null : <Outside key={copy.id} copy={copy} outside={copy.outside} />))
}

function Outside({ copy: { name, directory: di, ring: own, excluded }, outside }: { copy: CopyView; outside: NonNullable<CopyView['outside']> }) {
  const { selection, dialogs } = useDesk()
  const rootLabel = useView((view) => view.rootLabel)
  const show = useStore(selection.store, (selected) => (selected.at === name ? selected.show : null))
  const number = epochNumber(outside.epoch)
  const ring = listed(outside.ring.map(memberLabel))
  return (
    <>
      {isSplit({ ring: own, excluded }, outside.ring) && <SplitNews here="that of this tab" others={ring} onReunite={() => dialogs.open({ type: 'newEpoch', directory: name, di, chosen: 'all', without: null })} />}
      <div className="banner warn" role="alert">
        <p>
          <b>
            Left out of <Label>{lastLabel(name, rootLabel)}</Label>:
          </b>{' '}
          its epoch {number} began with <bdi>{ring}</bdi>, without this server. Its copy here serves no longer; names are read there. {waitingFor(outside.waiting)}
        </p>
        {show !== 'copies' && outside.waiting !== null && outside.waiting > 0 && (
          <button type="button" onClick={() => selection.go(name, 'copies')}>
            Show the quarantine
          </button>
        )}
      </div>
    </>
  )
}

function waitingFor(count: number | null): string {
  if (count === null) return 'Whether anything was done here that the ring never got is being compared.'
  if (count === 0) return 'The ring has all that was done here.'
  return `${counted(count, 'update')} made here never reached the ring. Nothing is lost, but somebody must decide what to make anew, and what to discard.`
}
