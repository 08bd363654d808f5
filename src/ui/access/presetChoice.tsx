import { useState } from 'react'
import type { Grant } from '../../client/nameService'
import { shown } from '../../core/names'
import type { People } from './people'
import { presetsFor, without } from './presets'
import { Said } from './said'
import type { Amend } from './useAmend'
import { grantWords, shortPattern, type Known } from './words'

/** So many triples of a preset are shown at first. */
const MOST = 12

/** Ready sets of triples: exactly what one sets is on show before it is set. */
export function PresetChoice({ triples, people, known, amend }: { triples: readonly Grant[]; people: People; known: Known; amend: Amend['amend'] }) {
  const [chosen, setChosen] = useState<number | null>(null)
  const presets = presetsFor({ me: known.me, mine: people.entries.get(known.me) ?? [], people: people.labels, inSN: people.inSN })
  const preset = chosen === null ? undefined : presets[chosen]
  const given = without(preset?.triples ?? [], triples)
  const taken = without(triples, preset?.triples ?? [])
  return (
    <div className="presets">
      <div className="preset-cards" role="group" aria-label="Presets">
        {presets.map(({ title, sense }, i) => (
          <button key={title} type="button" className="preset" aria-pressed={chosen === i} onClick={() => setChosen(chosen === i ? null : i)}>
            <b>{title}</b>
            <span>{sense}</span>
          </button>
        ))}
      </div>
      {preset !== undefined && (
        <section className="preset-preview" aria-label={`What “${preset.title}” sets`}>
          <h4>It sets these triples</h4>
          <TripleList triples={preset.triples} known={known} />
          {taken.length > 0 && (
            <>
              <h4>and takes these away</h4>
              <TripleList triples={taken} known={known} gone />
            </>
          )}
          <p className="row">
            <button
              type="button"
              className="primary"
              disabled={given.length === 0 && taken.length === 0}
              onClick={() => void amend(given, taken, triples.length === 0 ? 'the directory closed' : `the rights set to “${preset.title}”`).then((done) => done && setChosen(null))}
            >
              {given.length === 0 && taken.length === 0 ? 'It is so already' : `Set ${preset.triples.length} triples`}
            </button>
            <button type="button" onClick={() => setChosen(null)}>
              Cancel
            </button>
          </p>
        </section>
      )}
    </div>
  )
}

export function TripleList({ triples, known, gone = false }: { triples: readonly Grant[]; known: Known; gone?: boolean }) {
  const [all, setAll] = useState(false)
  const visible = all ? triples : triples.slice(0, MOST)
  return (
    <ul className={gone ? 'triple-list gone' : 'triple-list'}>
      {visible.map((triple) => (
        <li key={`${triple.principal} ${triple.path} ${triple.rights.join()}`}>
          <code>
            {triple.rights.join(', ')} · <bdi title={shown(triple.principal)}>{shown(shortPattern(triple.principal))}</bdi> · <bdi>{shown(triple.path)}</bdi>
          </code>
          <small>
            <Said>{grantWords(triple, known)}</Said>
          </small>
        </li>
      ))}
      {triples.length > visible.length && (
        <li>
          <button type="button" className="quiet small" onClick={() => setAll(true)}>
            Show {triples.length - visible.length} more
          </button>
        </li>
      )}
    </ul>
  )
}
