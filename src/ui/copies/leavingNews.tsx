import { useDesk, useView } from '../desk/desk'
import type { Place } from '../desk/place'
import { linkTrouble, memberLabel } from '../desk/servers'
import { Label } from '../parts/text'
import type { KnownCopy } from './knownCopies'

/** R10: copies that are on their way out of the ring, and can still be kept; what has been taken over cannot. */
export function LeavingNews({ copies, place }: { copies: readonly KnownCopy[]; place: Place }) {
  return copies.map((copy) => (copy.state?.state === 'leaving' ? <Leaving key={copy.member.copy} copy={copy} place={place} /> : null))
}

function Leaving({ copy: { member, standing }, place: { di, directory } }: { copy: KnownCopy; place: Place }) {
  const { tab, notices } = useDesk()
  const trouble = useView((view) => linkTrouble(view, member.server))
  const name = memberLabel(member)
  const keep = (): void => {
    const asked = tab.service.keepDC(member.server, `#${di}`)
    void notices.during(`Keeping the copy on ${name}`, asked).then(async (done) => {
      if (done) notices.tell((await asked) ? `The copy of ${directory} on ${name} stays in the ring.` : `The copy on ${name} stays, unless the one before it in the ring has taken it over by now: that is being asked.`)
    })
  }
  return (
    <div className="banner warn" role="status">
      <p>
        <b>
          <Label>{name}</Label>
        </b>{' '}
        is leaving the ring: the copy before it takes over what it has, which needs both connected. Until that is done it can stay. Afterwards it has left, and can only be added again.
        {trouble !== '' && ` It is ${trouble}.`}
      </p>
      <button type="button" disabled={standing !== 'answers'} onClick={keep}>
        Keep the copy
      </button>
    </div>
  )
}
