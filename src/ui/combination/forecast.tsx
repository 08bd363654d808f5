import { useStore } from 'zustand'
import type { Combination } from '../../core/directories/combination'
import { useDesk } from '../desk/desk'
import { labelsOf, ROOT } from '../desk/fullName'
import { Explained, Label } from '../parts/text'
import { nameAbove } from './newNames'
import type { OtherService } from './otherService'

/** Which names go on, and which there will be besides. */
export function Forecast({ combination, other }: { combination: Combination; other: OtherService }) {
  const { selection, listing } = useDesk()
  const at = useStore(selection.store, (state) => state.at)
  const first = useStore(listing.store, (state) => state.listed.get(ROOT)?.names.find(({ type }) => type === 'directory')?.name)
  const ours = at === ROOT ? (first ?? ROOT) : at
  const { above, theirs } = combination
  const top = above ?? other.label
  return (
    <>
      <p>
        <b>Every name goes on.</b> In this page <Label>{ours}</Label> stays <Label>{ours}</Label>, because its <Explained term="working root" /> stays; so it is for everybody in both services, and for programs. Names that begin with a directory identifier lead where they led, from every server.
      </p>
      <p>
        From <Label>{top}</Label> on there are new names besides: yours is <Label>{nameAbove(combination.ours.label, labelsOf(ours))}</Label>
        {above !== null && (
          <>
            , theirs begin with <Label>{nameAbove(theirs.label, [])}</Label>
          </>
        )}
        .
      </p>
      <p className="hint">
        Servers of both meet in both rooms from then on. It is done step by step; each is taken again after a failure, and goes on when this page is opened again. A move back is a move like any other; the rooms can be parted again with setRoom.
      </p>
    </>
  )
}
