/** B5: a server says, over its proven connection, that a copy is not there any more. */
import type { EpochMessage } from '../messages'
import type { ServerId } from '../names'
import type { Turn } from '../server'
import { markAbandoned } from './exclusion'
import { release } from './seal'
import { knowsItsSplice } from './spread'

/** Whom an epoch left out, or who was spliced in, need not be waited for; an epoch whose committer is gone will never rule, or some other member will tell of it. */
export function onCopyGone(turn: Turn, from: ServerId, { directory, copy: gone }: Extract<EpochMessage, { type: 'copyGone' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy === undefined) return
  const excluded = copy.excluded.find((exclusion) => exclusion.copy === gone)
  if (excluded?.server === from) markAbandoned(turn, copy, new Set([gone]))
  if (copy.splices.some((splice) => splice.copy === gone && splice.answer === 'spliced' && splice.server === from)) knowsItsSplice(turn, copy, gone)
  release(turn, copy, gone, from)
}
