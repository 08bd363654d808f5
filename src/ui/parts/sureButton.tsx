import { useState } from 'react'

/** For what cannot be taken back: the first press asks, the second does it; whoever turns away has not decided. */
export function SureButton({ word, sure, about = '', small = false, onSure }: { word: string; sure: string; about?: string; small?: boolean; onSure: () => void }) {
  const [asked, setAsked] = useState(false)
  const shown = asked ? sure : word
  return (
    <button
      type="button"
      className={[small && 'small', asked && 'grave'].filter(Boolean).join(' ') || undefined}
      aria-label={about === '' ? shown : `${shown}: ${about}`}
      onBlur={() => setAsked(false)}
      onClick={() => {
        setAsked(!asked)
        if (asked) onSure()
      }}
    >
      {shown}
    </button>
  )
}
