import { useState } from 'react'

interface FieldProps {
  name: string
  begin: string
  /** Why a text is no such pattern, in words; null when it is one. */
  faultOf: (text: string) => string | null
  list: string
  onSave: (text: string) => void
  onLeave: () => void
}

/** A pattern of a triple written in place: Enter saves, Escape leaves it as it was. */
export function PatternField({ name, begin, faultOf, list, onSave, onLeave }: FieldProps) {
  const [text, setText] = useState(begin)
  const pattern = text.trim().normalize('NFC')
  const fault = pattern === '' || pattern === begin ? null : faultOf(pattern)
  const save = (): void => {
    if (fault !== null) return
    onLeave()
    if (pattern !== '' && pattern !== begin) onSave(pattern)
  }
  return (
    <span className="pattern-field">
      <input
        aria-label={name}
        aria-invalid={fault !== null}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        list={list}
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
      {fault !== null && (
        <span className="field-fault" role="alert">
          {fault}
        </span>
      )}
    </span>
  )
}
