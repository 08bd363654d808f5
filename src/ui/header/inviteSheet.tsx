import { Check, Copy } from 'lucide-react'
import { useMemo, useState } from 'react'
import { encode } from 'uqr'
import { useDesk, useView } from '../desk/desk'
import { Sheet } from '../parts/sheet'

/** The way into this room: its link, as text and as a picture for a telephone. */
export function InviteSheet({ onClose }: { onClose: () => void }) {
  const { notices } = useDesk()
  const url = useView((view) => view.roomUrl)
  const [copied, setCopied] = useState(false)
  const local = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(url)
  const copy = (): void => void notices.during('Copying the link', navigator.clipboard.writeText(url)).then(setCopied)
  return (
    <Sheet title="Invite to this room" onClose={onClose}>
      <p>Whoever has this link can join the room as a server and read and change its names. The part after # never leaves the browsers: the relay does not see it.</p>
      <div className="copy-line">
        <input readOnly aria-label="Link to this room" value={url} onFocus={(event) => event.target.select()} />
        <button type="button" className="primary" onClick={copy}>
          {copied ? <Check aria-hidden size={15} /> : <Copy aria-hidden size={15} />} {copied ? 'Copied' : 'Copy link'}
        </button>
      </div>
      <QrCode text={url} />
      <p className="hint">
        {local
          ? 'This page is served to this machine only. To invite other machines of the network, start it with npm start -- --host and open the address it prints.'
          : 'Another machine can join if it reaches this address.'}
      </p>
    </Sheet>
  )
}

function QrCode({ text }: { text: string }) {
  const { size, path } = useMemo(() => {
    const { size, data } = encode(text, { ecc: 'M', border: 2 })
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
    return { size, path }
  }, [text])
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link" shapeRendering="crispEdges">
      <rect width={size} height={size} className="qr-paper" />
      <path d={path} className="qr-ink" />
    </svg>
  )
}
