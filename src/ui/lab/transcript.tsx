import { useState } from 'react'
import { usePicture } from './labContext'

const choices = { all: 'everything', still: 'all but messages', message: 'messages', you: 'what you did', broken: 'broken rules' } as const
type Choice = keyof typeof choices

/** What happened last, newest first. */
export function Transcript() {
  const lines = usePicture((picture) => picture.lines)
  const [choice, setChoice] = useState<Choice>('all')
  const shown = lines.filter(({ kind }) => choice === 'all' || (choice === 'still' ? kind !== 'message' : kind === choice)).toReversed()
  return (
    <section className="lab-transcript" aria-labelledby="lab-transcript-heading">
      <header>
        <h3 id="lab-transcript-heading">What happened</h3>
        <select aria-label="Kind of lines" value={choice} onChange={(event) => setChoice(event.target.value as Choice)}>
          {Object.entries(choices).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </header>
      {shown.length === 0 && <p className="hint">Nothing of this kind lately.</p>}
      <div className="lab-lines" tabIndex={0} role="group" aria-label="What happened in the world, newest first">
        <ol>
          {shown.map(({ id, at, kind, text }) => (
            <li key={id} className="activity-line" data-kind={kind}>
              <time>{(at / 1000).toFixed(3)}</time>
              <span className={`kind ${kind}`}>{kind}</span>
              <bdi>{text}</bdi>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}

/** Interesting states by name, as often as the world passed through them. */
export function Situations() {
  const { reached, all } = usePicture((picture) => picture.situations)
  return (
    <details className="lab-situations">
      <summary>
        Situations <small>{reached.length} of {all} reached</small>
      </summary>
      <ul>
        {reached.map(([name, times]) => (
          <li key={name}>
            {name} <small>{times === 1 ? 'once' : `${times} times`}</small>
          </li>
        ))}
      </ul>
    </details>
  )
}
