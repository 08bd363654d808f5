import { useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { NameServiceError } from '../../core/errors'
import { labelFault } from '../../core/names'
import { useDesk } from '../desk/desk'
import { below, ROOT } from '../desk/fullName'
import { sentenceOf } from '../desk/notices'

/** A guest says who they are: one label, in the root or in a directory. */
export function Naming({ onNamed }: { onNamed: () => void }) {
  const { tab, notices, selection } = useDesk()
  const [label, setLabel] = useState('')
  const [at, setAt] = useState(ROOT)
  const [said, setSaid] = useState<{ trouble: string; free: string | null; working: boolean }>({ trouble: '', free: null, working: false })

  const take = async (wanted: string): Promise<void> => {
    const fault = labelFault(wanted)
    if (fault !== null) return setSaid({ trouble: `This cannot be a name: ${fault}.`, free: null, working: false })
    setSaid({ trouble: '', free: null, working: true })
    try {
      const { name } = await tab.service.introduce(below(at, wanted))
      notices.tell(`You are ${name} now, in every tab of this browser.`)
      onNamed()
      selection.go(name, 'value')
    } catch (error) {
      const isTaken = error instanceof NameServiceError && error.code === 'NameTaken'
      setSaid({ trouble: sentenceOf(error), free: isTaken ? (error.about['free'] ?? null) : null, working: false })
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void take(label.trim().normalize('NFC'))
  }
  const { trouble, free, working } = said
  return (
    <form className="naming-me" onSubmit={submit}>
      <label>
        What people call you
        <input autoFocus required value={label} autoComplete="nickname" aria-invalid={trouble !== ''} aria-describedby="naming-me-said" onChange={(event) => setLabel(event.target.value)} />
      </label>
      <DirectoryField at={at} onAt={setAt} />
      <button type="submit" className="primary" disabled={working}>
        {working ? 'Asking…' : 'Be called so'}
      </button>
      <div id="naming-me-said" role="status">
        {trouble === '' ? (
          <p className="hint">It makes an entry there with your key. Everybody in the room can see it.</p>
        ) : (
          <>
            <p className="trouble">{trouble}</p>
            {free !== null && (
              <p className="row">
                <button type="button" disabled={working} onClick={() => void take(free)}>
                  Be called <bdi>{free}</bdi>
                </button>
              </p>
            )}
          </>
        )}
      </div>
    </form>
  )
}

/** The root, or one of the directories that were seen in the page. */
export function DirectoryField({ at, onAt }: { at: string; onAt: (at: string) => void }) {
  const { listing } = useDesk()
  const named = useStore(listing.store, (state) => state.named)
  const directories = [...new Set([ROOT, at, ...[...named.values()].filter(({ type }) => type === 'directory').map(({ name }) => name)])]
  return (
    <label>
      In the directory
      <select value={at} onChange={(event) => onAt(event.target.value)}>
        {directories.map((name) => (
          <option key={name} value={name}>
            {name === ROOT ? '/ (the root)' : name}
          </option>
        ))}
      </select>
    </label>
  )
}
