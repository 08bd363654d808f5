import type { ReactNode } from 'react'

interface DecisionProps {
  onCancel: () => void
  disabled?: boolean
  children: ReactNode
}

/** How a form in a sheet ends: with what it does, or not. */
export function Decision({ onCancel, disabled = false, children }: DecisionProps) {
  return (
    <footer>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" className="primary" disabled={disabled}>
        {children}
      </button>
    </footer>
  )
}
