import type { DirectoryId, ServerId } from '../../core/names'
import type { CopyView } from '../../tab/view'
import { useDesk, useView } from '../desk/desk'
import { parentOf } from '../desk/fullName'
import type { Place } from '../desk/place'
import { linkTrouble, serverLabel } from '../desk/servers'
import { Label } from '../parts/text'
import type { KnownCopy } from './knownCopies'

/** R10: copies that are on their way out of the ring, and can still be kept. This server's own is known without asking anybody. */
export function LeavingNews({ copy, copies, place: { di, directory } }: { copy: CopyView | null; copies: readonly KnownCopy[]; place: Place }) {
  const self = useView((view) => view.server.id)
  const others = copies.filter(({ member, standing, state }) => member.server !== self && standing === 'answers' && state?.state === 'leaving').map(({ member }) => member.server)
  const leaving = copy?.state === 'leaving' ? [self, ...others] : others
  return leaving.map((server) => <Leaving key={server} server={server} di={di} directory={directory} />)
}

/** Where the directory cannot be looked up, its other copies being out of reach: the copy here is on its way out of the ring. */
export function OwnLeaving({ at }: { at: string }) {
  const self = useView((view) => view.server.id)
  const copy = useView((view) => Object.values(view.copies).find(({ name, state }) => state === 'leaving' && (name === at || name === parentOf(at))) ?? null)
  return copy === null ? null : <Leaving server={self} di={copy.directory} directory={copy.name} />
}

function Leaving({ server, di, directory }: { server: ServerId; di: DirectoryId; directory: string }) {
  const { dialogs } = useDesk()
  const name = useView((view) => serverLabel(view, server))
  const trouble = useView((view) => linkTrouble(view, server))
  return (
    <div className="banner warn" role="status">
      <p>
        <b>
          <Label>{name}</Label>
        </b>{' '}
        is leaving the ring: the copy before it takes over what it has, for which both must be connected. Until that is done it can stay. Afterwards it has left, and can only be added again.
        {trouble !== '' && ` It is ${trouble}.`} If the copy before it is gone for good nobody can say whether it was taken over: then a new epoch by force takes it along, and it is a member again.
      </p>
      <Keep server={server} di={di} />
      <button type="button" onClick={() => dialogs.open({ type: 'newEpoch', directory, di, chosen: 'reachable', without: null })}>
        New epoch with it…
      </button>
    </div>
  )
}

/** Calls the leaving off. */
export function Keep({ server, di, about = '' }: { server: ServerId; di: DirectoryId; about?: string }) {
  const { tab, notices } = useDesk()
  const name = useView((view) => serverLabel(view, server))
  const keep = (): void => {
    const asked = tab.service.keepDC(server, `#${di}`)
    void notices.during(`Keeping the copy on ${name}`, asked).then(async (done) => {
      if (done) notices.tell((await asked) ? `The copy on ${name} stays in the ring.` : `The copy on ${name} stays, unless the one before it in the ring has taken it over by now: that one is being asked, for as long as it takes.`)
    })
  }
  return (
    <button type="button" aria-label={about === '' ? undefined : `Keep the copy of ${about}`} onClick={keep}>
      Keep the copy
    </button>
  )
}
