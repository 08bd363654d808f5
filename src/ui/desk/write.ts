/** A change made from the page: its failure becomes a notice, its success can be taken back. */
import type { Desk } from './desk'
import type { Change } from './undo'

export async function write({ notices, undo }: Pick<Desk, 'notices' | 'undo'>, doing: Promise<unknown>, change: Change): Promise<boolean> {
  const done = await notices.during(`Not yet accepted: ${change.what}`, doing)
  if (done) undo.remember(change)
  return done
}
