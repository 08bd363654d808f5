import { Check, Copy } from 'lucide-react'
import { useMemo, useState } from 'react'
import { encode } from 'uqr'
import { useDesk } from '../desk/desk'

/** A link for somebody else: as text to copy, and as a picture for a telephone. */
export function LinkToGive({ label, url }: { label: string; url: string }) {
  const { notices } = useDesk()
  const [copied, setCopied] = useState(false)
  const copy = (): void => void notices.during('Copying the link', navigator.clipboard.writeText(url)).then(setCopied)
  return (
    <>
      <div className="copy-line">
        <input readOnly aria-label={label} value={url} onFocus={(event) => event.target.select()} />
        <button type="button" className="primary" onClick={copy}>
          {copied ? <Check aria-hidden size={15} /> : <Copy aria-hidden size={15} />} {copied ? 'Copied' : 'Copy link'}
        </button>
      </div>
      <QrCode text={url} />
    </>
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

/** Whether other machines cannot reach the page by its address. */
export const isLocalOnly = (url: string): boolean => /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(url)
