import { useState } from 'react'

interface FieldProps {
  name: string
  begin: string
  /** Why a text cannot be taken, in words; null when it can. */
  faultOf: (text: string) => string | null
  placeholder?: string
  /** The id of a list of suggestions. */
  list?: string
  /** The field has closed already; if the change is refused, the notice says why, and nothing was changed. */
  onSave: (text: string) => void
  onLeave: () => void
}

/** A text written in place: Enter saves, Escape leaves it as it was. */
export function InPlaceField({ name, begin, faultOf, placeholder, list, onSave, onLeave }: FieldProps) {
  const [typed, setTyped] = useState(begin)
  const text = typed.trim().normalize('NFC')
  const isNew = text !== '' && text !== begin
  const fault = isNew ? faultOf(text) : null
  const save = (): void => {
    if (fault !== null) return
    onLeave()
    if (isNew) onSave(text)
  }
  return (
    <span className="in-place">
      <input
        aria-label={name}
        aria-invalid={fault !== null}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        placeholder={placeholder}
        list={list}
        value={typed}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={onLeave}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
          if (event.key === 'Escape') {
            event.stopPropagation()
            onLeave()
          }
        }}
      />
      {fault !== null && (
        <span className="field-fault" role="alert">
          {fault}
        </span>
      )}
    </span>
  )
}
