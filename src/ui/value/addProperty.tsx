import { Plus } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { labelFault } from '../../core/names'
import type { Edits } from './edits'

const normal = (text: string): string => text.trim().normalize('NFC')

/** A new property of an entry: its label and, if it has one, its first value. */
export function AddProperty({ edits }: { edits: Edits }) {
  const [property, setProperty] = useState('')
  const [value, setValue] = useState('')
  const first = useRef<HTMLInputElement>(null)
  const labels = [property, value].map(normal).filter((label) => label !== '')
  const fault = labels.map(labelFault).find((found) => found !== null) ?? null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const [label, ...below] = labels
    if (normal(property) === '' || label === undefined || fault !== null) return
    void edits.add([], label, below).then((done) => {
      if (!done) return
      setProperty('')
      setValue('')
      first.current?.focus()
    })
  }
  return (
    <form className="add-property" onSubmit={submit}>
      <input ref={first} aria-label="New property" placeholder="Property, such as Mailboxes" value={property} spellCheck={false} onChange={(event) => setProperty(event.target.value)} />
      <input aria-label="Its value" placeholder="Value" value={value} spellCheck={false} onChange={(event) => setValue(event.target.value)} />
      <button type="submit">
        <Plus aria-hidden size={14} /> Add property
      </button>
      {fault !== null && (
        <span className="field-fault" role="alert">
          {fault}
        </span>
      )}
    </form>
  )
}
