import { Check, Minus, X } from 'lucide-react'
import type { Mark } from '../../sim/lab/marks'
import { useLab, usePicture, worldTime } from './labContext'

/** The invariants: which hold as far as anybody looked, and which are broken, since when, and by what. */
export function MarkList() {
  const marks = usePicture((picture) => picture.marks)
  const broken = marks.filter((mark) => mark.broken !== null).length
  return (
    <section className="lab-marks" aria-labelledby="lab-marks-heading">
      <h3 id="lab-marks-heading">Invariants</h3>
      <p className={broken > 0 ? 'grave-text' : 'hint'} role="status">
        {broken === 0 ? 'All hold, as often as they were looked at.' : `${broken} ${broken === 1 ? 'is' : 'are'} broken.`}
      </p>
      <ul>
        {marks.map((mark) => (
          <One key={mark.rule} mark={mark} />
        ))}
      </ul>
    </section>
  )
}

const icons = { holds: Check, broken: X, 'not looked at': Minus } as const

function One({ mark: { rule, says, looks, broken } }: { mark: Mark }) {
  const { send } = useLab()
  const state = broken !== null ? 'broken' : looks > 0 ? 'holds' : 'not looked at'
  const Icon = icons[state]
  return (
    <li data-rule={rule} data-state={state}>
      <Icon aria-hidden size={16} className={`lab-mark ${state}`} />
      <div>
        <details open={broken !== null || undefined}>
          <summary>
            <b>{rule}</b> <small className={state === 'broken' ? 'grave-text' : undefined}>{state === 'holds' ? `holds · looked at ${looks === 1 ? 'once' : `${looks} times`}` : state}</small>
          </summary>
          <p>{says}</p>
        </details>
        {broken !== null && (
          <>
            <Accusation sentence={broken.sentence} />
            <button type="button" className="small" onClick={() => send({ type: 'goTo', step: Math.max(0, broken.step - 1) })}>
              Go to just before, {worldTime(broken.at)}
            </button>
          </>
        )}
      </div>
    </li>
  )
}

/** What is wrong, and below it how it shows, which may be long. */
function Accusation({ sentence }: { sentence: string }) {
  const at = sentence.indexOf(': it shows ')
  const [what, how] = at < 0 ? [sentence, ''] : [sentence.slice(0, at), sentence.slice(at + 2)]
  return (
    <p className="trouble">
      {what}.{how !== '' && <small>{how}</small>}
    </p>
  )
}
