/** Whether the copies agree, in words: only of copies that answer it is said that they do. */
import { memberLabel } from '../desk/servers'
import type { KnownCopy } from './knownCopies'
import { updateRows } from './updateRows'

export interface Agreement {
  /** `asking`: not everyone has been heard for the first time, and nobody is missing. */
  tone: 'good' | 'warn' | 'asking'
  /** Copies that say, now, that they have every update that any copy is known to have. */
  equal: number
  /** What stands before and after the name of the directory. */
  words: [before: string, after: string]
}

export function agreement(copies: readonly KnownCopy[]): Agreement {
  const rows = updateRows(copies)
  const all = copies.length
  const equal = copies.filter(({ standing }, i) => standing === 'answers' && rows.every(({ held }) => held[i] === 'has')).length
  const silent = copies.filter(({ standing }) => standing === 'silent')
  const asked = copies.filter(({ standing }) => standing === 'asked')
  if (equal === all) return { tone: 'good', equal, words: all === 1 ? ['One copy of', 'exists'] : [all === 2 ? 'Both copies of' : `All ${all} copies of`, 'agree'] }
  if (silent.length === 0 && asked.some(({ state }) => state === null)) return { tone: 'asking', equal, words: [`Asking ${all} copies of`, '…'] }
  const missing = [told(silent, 'does not answer', 'do not answer'), told(asked, 'has not answered yet', 'have not answered yet')].filter((text) => text !== '')
  return { tone: 'warn', equal, words: [`${equal} of ${all} copies of`, ['agree', ...missing].join('; ')] }
}

/** One is named, several are counted. */
function told(copies: readonly KnownCopy[], one: string, several: string): string {
  const [first] = copies
  if (first === undefined) return ''
  return copies.length === 1 ? `${memberLabel(first.member)} ${one}` : `${copies.length} ${several}`
}
