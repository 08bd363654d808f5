import { Download, FlaskConical, Pause, Play } from 'lucide-react'
import { useRef, useState } from 'react'
import { Virtualizer } from 'virtua'
import { useStore } from 'zustand'
import type { Activity } from '../../tab/view'
import { secondTime } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import { labClient } from '../lab/labClient'
import { labDoor } from '../lab/labDoor'
import { saveLines } from '../parts/saveLines'

type Kind = Activity['kind']
const kinds: readonly Kind[] = ['update', 'sweep', 'copy', 'server', 'name', 'clock', 'refused']

/** What happened here, newest first. Pausing holds the list still; nothing is lost meanwhile. */
export function ActivityPanel() {
  const { tab, notices } = useDesk()
  const live = useStore(tab.activity, (state) => state.entries)
  const [held, setHeld] = useState<readonly Activity[] | null>(null)
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const scroll = useRef<HTMLDivElement>(null)
  const entries = held ?? live
  const shown = (kind === 'all' ? entries : entries.filter((entry) => entry.kind === kind)).toReversed()
  const waiting = held === null ? 0 : live.filter(({ id }) => id > (held.at(-1)?.id ?? 0)).length
  const lookBack = (): void => {
    const tape = tab.controls.tape()
    if (tape === null) return notices.tell('This server stores too many names for its last minutes to be recorded.')
    labClient().open(tape.join('\n'))
    labDoor.open()
  }
  return (
    <section className="activity-panel" aria-labelledby="activity-heading">
      <header className="panel-header">
        <h2 id="activity-heading">Activity</h2>
        <select aria-label="Kind of activity" value={kind} onChange={(event) => setKind(event.target.value as Kind | 'all')}>
          <option value="all">everything</option>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <button type="button" className="quiet icon" aria-label={held === null ? 'Pause the list of activity' : 'Go on with the list of activity'} title={held === null ? 'Pause' : `Go on: ${waiting} new`} onClick={() => setHeld(held === null ? live : null)}>
          {held === null ? <Pause aria-hidden size={15} /> : <Play aria-hidden size={15} />}
        </button>
        <button type="button" className="quiet icon" aria-label="Look back: the last minutes of this server in the lab" title="Look back: the last minutes of this server, step by step in the lab" onClick={lookBack}>
          <FlaskConical aria-hidden size={15} />
        </button>
        <button type="button" className="quiet icon" aria-label="Export the activity as JSON lines" title="Export as JSON lines" onClick={() => saveLines('namering-activity.jsonl', live.map((each) => JSON.stringify(each)))}>
          <Download aria-hidden size={15} />
        </button>
      </header>
      {held !== null && <p className="paused">Paused; {waiting} new.</p>}
      {shown.length === 0 && <p className="empty">Nothing of this kind has happened yet.</p>}
      <div ref={scroll} className="activity-scroll" tabIndex={0} role="group" aria-label="What happened, newest first">
        <div role="list">
          <Virtualizer scrollRef={scroll} data={shown} itemSize={44}>
            {(entry) => <Line key={entry.id} entry={entry} />}
          </Virtualizer>
        </div>
      </div>
    </section>
  )
}

function Line({ entry: { at, kind, text, directory } }: { entry: Activity }) {
  const name = useView((view) => (directory === undefined ? null : (view.copies[directory]?.name ?? null)))
  return (
    <div role="listitem" className="activity-line" data-kind={kind} title={new Date(at).toISOString()}>
      <time>{secondTime(at).slice(3)}</time>
      <span className={`kind ${kind}`}>{kind}</span>
      <bdi>
        {name !== null && name !== '/' && <span className="where">{name.replace(/^#(.{6})[^/]*/, '#$1…')} · </span>}
        {text}
      </bdi>
    </div>
  )
}
