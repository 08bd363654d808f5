import { rights, type Right } from '../../core/auth/access'
import { explained } from './words'

/** The four rights, each pressed or not. `kept`: rights that cannot be taken away here, with why. */
export function RightToggles({ of, given, kept, onTurn }: { of: string; given: readonly Right[]; kept: (right: Right) => string | null; onTurn: ((right: Right) => void) | null }) {
  return (
    <span className="right-toggles" role="group" aria-label={`Rights: ${of}`}>
      {rights.map((right) => {
        const isGiven = given.includes(right)
        const reason = isGiven ? kept(right) : null
        if (onTurn === null)
          return isGiven ? (
            <span key={right} className="right-given" title={explained[right]}>
              {right}
            </span>
          ) : null
        return (
          <button key={right} type="button" className="toggle small" aria-pressed={isGiven} aria-disabled={reason !== null} title={reason ?? explained[right]} onClick={() => reason === null && onTurn(right)}>
            {right}
          </button>
        )
      })}
    </span>
  )
}
