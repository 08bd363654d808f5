import { useEffect, useState } from 'react'
import { useDesk } from '../desk/desk'
import type { Activity } from '../../tab/view'

/** Worth interrupting a listener for: servers that come and go, copies that join, sweeps that fail. */
const worthSaying = ({ kind, text }: Activity): boolean => kind === 'server' || kind === 'copy' || kind === 'clock' || (kind === 'sweep' && text.startsWith('failed'))
const GATHER = 800
const MOST = 3

/** News of replication for those who listen instead of look; gathered, so that it does not chatter. */
export function News() {
  const { activity } = useDesk().tab
  const [said, setSaid] = useState('')
  useEffect(() => {
    let waiting: string[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = activity.subscribe(({ entries }, before) => {
      const last = before.entries.at(-1)?.id ?? 0
      waiting.push(...entries.filter((entry) => entry.id > last && worthSaying(entry)).map(({ text }) => text))
      if (waiting.length === 0 || timer !== undefined) return
      timer = setTimeout(() => {
        setSaid(`${waiting.slice(-MOST).join('. ')}.`)
        waiting = []
        timer = undefined
      }, GATHER)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [activity])
  return (
    <p className="unseen" role="status" aria-live="polite" aria-label="News of replication">
      {said}
    </p>
  )
}
