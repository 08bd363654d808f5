import { useView } from '../desk/desk'
import { linkTrouble, serverLabel } from '../desk/servers'
import { epochNumber } from '../../core/copies/directoryCopy'
import type { CopyView } from '../../tab/view'
import { listed } from './wording'

/** E2: an epoch is being made. Who makes it, who waits for whom, and what stands still meanwhile. */
export function SealedNews({ copy: { seals, proposal } }: { copy: CopyView }) {
  return seals.map((seal) => <Seal key={seal.epoch} seal={seal} waitingFor={proposal?.epoch === seal.epoch ? proposal.waitingFor : null} />)
}

function Seal({ seal: { epoch, committer, members }, waitingFor }: { seal: CopyView['seals'][number]; waitingFor: readonly CopyView['seals'][number]['committer'][] | null }) {
  const maker = useView((view) => serverLabel(view, committer))
  const trouble = useView((view) => linkTrouble(view, committer))
  const names = useView((view) => listed(members.map((server) => serverLabel(view, server))))
  const silent = useView((view) => listed((waitingFor ?? []).map((server) => serverLabel(view, server))))
  const number = epochNumber(epoch)
  return (
    <p className="banner warn" role="status">
      <span>
        <b>Sealed for epoch {number},</b> which <bdi>{waitingFor === null ? maker : 'this tab'}</bdi> is making of <bdi>{names}</bdi>. Names can be read and changed; no sweep completes until it has begun or is given up.{' '}
        {waitingFor !== null && silent !== '' && (
          <>
            It waits for <bdi>{silent}</bdi>.
          </>
        )}
        {waitingFor === null && trouble === '' && (
          <>
            This copy waits for <bdi>{maker}</bdi>.
          </>
        )}
        {waitingFor === null && trouble !== '' && (
          <>
            <bdi>{maker}</bdi> is {trouble}: this copy asks all of them again and again what became of it. If it stays away, a new epoch without it ends the wait.
          </>
        )}
      </span>
    </p>
  )
}
