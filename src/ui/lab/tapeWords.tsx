import { Label } from '../parts/text'
import { secondTime } from '../desk/clockTime'
import { usePicture } from './labContext'

/** Whose life this is; nothing can be done to it but look. */
export function TapeWords() {
  const tape = usePicture((picture) => picture.tape)
  const servers = usePicture((picture) => picture.servers)
  if (tape === null) return null
  return (
    <section className="lab-servers" aria-labelledby="lab-tape-heading">
      <h3 id="lab-tape-heading">
        A tape of <Label>{tape.name}</Label>
      </h3>
      <p className="hint">
        What this server lived through from {secondTime(tape.began)} on, run again by the same program: each message and call in turn. Of the others it tells what they said, and who was connected. Going on and back changes nothing anywhere.
      </p>
      <ul>
        {servers.map(({ id, name, state, holds, incarnation }) => (
          <li key={id} data-server={name} data-state={state}>
            <div className="link-words">
              <b>
                <Label>{name}</Label>
              </b>{' '}
              <span className={state === 'not connected' ? 'grave-text' : undefined}>{state === 'running' ? 'this server' : state}</span>
              <small>{[!holds && 'no copy', incarnation > 1 && `start ${incarnation}`].filter(Boolean).join(' · ')}</small>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
