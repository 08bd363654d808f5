import { useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { useDesk } from '../desk/desk'
import { clockTime } from '../desk/clockTime'
import { useNow } from '../desk/now'
import { again, type Props } from '../names/nameSheets'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label } from '../parts/text'

const minute = 60_000
const day = 1440 * minute
const spans = [
  ['10 minutes', 10 * minute],
  ['1 hour', 60 * minute],
  ['1 day', day],
  ['30 days', 30 * day],
  ['1 year', 365 * day],
] as const

/** What the browser's field for a local time takes and gives. */
const localText = (ms: number): string => new Date(ms - new Date(ms).getTimezoneOffset() * minute).toISOString().slice(0, 16)

/** SetTX: until when a name stays as it is. */
export function ExpiresSheet({ request, onClose }: Props<'expires'>) {
  const desk = useDesk()
  const { at } = request
  const expiration = useStore(desk.listing.store, (state) => state.named.get(at)?.expiration ?? null)
  const [text, setText] = useState(() => (request.until === '' ? localText(Math.max(Date.now(), expiration?.until ?? 0) + spans[1][1]) : request.until))
  const now = useNow(1000)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    void desk.notices.during(`Setting the expiration time of ${at}`, desk.tab.service.setTX(at, new Date(text).getTime()), again(desk, { ...request, until: text })).then((done) => {
      if (done) desk.notices.tell(`${at} stays as it is until ${clockTime(new Date(text).getTime())}; every copy knows it after two sweeps.`)
    })
  }
  return (
    <Sheet title="Expires" onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <p>
          <Explained term="expiration time">Until then</Explained> <Label>{at}</Label> may be cached, and does not change. {expiration !== null && expiration.until > now && `It expires at ${clockTime(expiration.until)} so far; that can be extended, not shortened.`}
        </p>
        <label>
          Expires at
          <input type="datetime-local" required value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <p className="row" role="group" aria-label="From now">
          {spans.map(([word, ms]) => (
            <button key={word} type="button" className="small" onClick={() => setText(localText(Date.now() + ms))}>
              {word}
            </button>
          ))}
        </p>
        <p className="hint">A change made before is planned, and happens ten minutes after: clocks may be wrong by five.</p>
        <Decision onCancel={onClose}>
          Set
        </Decision>
      </form>
    </Sheet>
  )
}
