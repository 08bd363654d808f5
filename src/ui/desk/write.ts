/** A change made from the page: its failure becomes a notice, its success can be taken back. */
import type { WriteOptions, Written } from '../../client/nameService'
import { NameServiceError } from '../../core/errors'
import { clockTime } from './clockTime'
import type { Desk } from './desk'
import type { Change } from './undo'

type Doing = (options: WriteOptions) => Promise<Written>

/** What may stand in caches is not changed at once: then the change can be planned [W3]. */
export async function write(desk: Pick<Desk, 'notices' | 'undo'>, doing: Promise<unknown> | Doing, change: Change): Promise<boolean> {
  const { notices, undo } = desk
  const begun = typeof doing === 'function' ? doing({}) : doing
  const done = await notices.during(`Not yet accepted: ${change.what}`, begun, (error) =>
    typeof doing === 'function' && error instanceof NameServiceError && error.code === 'NotExpired' ? { word: 'Plan the change', act: () => void plan(desk, doing, change) } : null,
  )
  if (done) undo.remember(change)
  return done
}

async function plan({ notices }: Pick<Desk, 'notices'>, doing: Doing, { what }: Change): Promise<void> {
  const planned = doing({ plan: true })
  if (!(await notices.during(`Planning: ${what}`, planned))) return
  const { plannedFor } = await planned
  notices.tell(plannedFor === undefined ? `${what}.` : `Planned for ${clockTime(plannedFor)}: ${what}.`)
}
