import { useState } from 'react'
import { withoutTX } from '../../client/json'
import type { JsonTree, JsonValue } from '../../client/nameService'
import { useDesk } from '../desk/desk'
import { designateAt, useCopy, type Place } from '../desk/place'
import { sentenceOf } from '../desk/notices'
import { useReading } from '../desk/reading'
import { mayWrite, type Own } from '../desk/rights'
import { write } from '../desk/write'
import { Trouble } from '../parts/text'
import { READ_ONLY } from './leaf'

/** The value as JSON: true is a present leaf, an object has the labels below. An entry's value can be replaced whole. */
export function JsonForm({ place, own }: { place: Place; own: Own | null }) {
  const desk = useDesk()
  const { service } = desk.tab
  const copy = useCopy(place.di)
  const vd = designateAt(place, [])
  const { answer } = useReading(`tree ${place.name}`, copy?.version ?? null, () => service.getValue(vd))
  const isEntry = place.entity !== null
  const changeable = place.entity !== null && mayWrite(own, [place.entity])
  // An expiration time is not set by replacing the value.
  const readable = (tree: JsonTree): JsonTree => (isEntry ? withoutTX(tree) : tree)
  const [draft, setDraft] = useState<string | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const current = answer === null ? '' : JSON.stringify(readable(answer.tree), null, 2)
  const text = draft ?? current

  const change = (to: string | null): void => {
    setDraft(to)
    setFault(null)
  }
  const save = (): void => {
    if (answer === null || draft === null) return
    let value: JsonValue
    try {
      value = JSON.parse(draft) as JsonValue
    } catch (error) {
      setFault(`This is not JSON: ${sentenceOf(error)}`)
      return
    }
    const before = readable(answer.tree)
    void write(desk, (options) => service.setValue(vd, value, options), { what: `the value of ${place.entity ?? place.name} replaced`, takeBack: () => service.setValue(vd, before) }).then((done) => done && setDraft(null))
  }
  return (
    <div className="json">
      <textarea aria-label="Value as JSON" spellCheck={false} readOnly={!changeable} value={text} onChange={(event) => change(event.target.value)} />
      {fault !== null && (
        <Trouble>{fault}</Trouble>
      )}
      <p className="row">
        {changeable ? (
          <>
            <button type="button" className="primary" disabled={draft === null || draft === current} onClick={save}>
              Replace the value
            </button>
            <button type="button" disabled={draft === null} onClick={() => change(null)}>
              Leave it
            </button>
          </>
        ) : (
          <span className="hint">{isEntry ? `${READ_ONLY}.` : 'A directory is not replaced as a whole; change the names in it.'}</span>
        )}
      </p>
    </div>
  )
}
