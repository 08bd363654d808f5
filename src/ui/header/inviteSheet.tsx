import { useView } from '../desk/desk'
import { isLocalOnly, LinkToGive } from '../parts/linkToGive'
import { Sheet } from '../parts/sheet'

/** The way into this room: its link, as text and as a picture for a telephone. */
export function InviteSheet({ onClose }: { onClose: () => void }) {
  const url = useView((view) => view.roomUrl)
  return (
    <Sheet title="Invite to this room" onClose={onClose}>
      <p>Whoever has this link can join the room as a server and read and change its names. The part after # never leaves the browsers: the relay does not see it.</p>
      <LinkToGive label="Link to this room" url={url} />
      <p className="hint">
        {isLocalOnly(url)
          ? 'This page is served to this machine only. To invite other machines of the network, start it with npm start -- --host and open the address it prints.'
          : 'Another machine can join if it reaches this address.'}
      </p>
    </Sheet>
  )
}
