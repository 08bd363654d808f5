import { useState } from 'react'
import { labelFault } from '../../core/names'

interface FieldProps {
  name: string
  begin: string
  placeholder?: string
  /** True when it was accepted. */
  onSave: (label: string) => Promise<boolean>
  onLeave: () => void
}

/** A label written in place: Enter saves, Escape leaves it as it was. */
export function LabelField({ name, begin, placeholder, onSave, onLeave }: FieldProps) {
  const [text, setText] = useState(begin)
  const label = text.trim().normalize('NFC')
  const fault = text === '' || text === begin ? null : labelFault(label)
  const save = (): void => {
    if (label === '' || label === begin) return onLeave()
    if (fault !== null) return
    // The field closes at once; if the change is refused, the notice says why and nothing was changed.
    onLeave()
    void onSave(label)
  }
  return (
    <span className="label-field">
      <input
        aria-label={name}
        aria-invalid={fault !== null}
        title={fault === null ? undefined : `This is no label: ${fault}.`}
        autoFocus
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setText(event.target.value)}
        onBlur={onLeave}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
          if (event.key === 'Escape') {
            event.stopPropagation()
            onLeave()
          }
        }}
      />
      {fault !== null && <span className="field-fault" role="alert">{fault}</span>}
    </span>
  )
}
