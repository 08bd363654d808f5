import { Lock } from 'lucide-react'
import type { Label } from '../../core/names'
import { isRestricted, type Own } from '../desk/rights'
import { Said } from './said'
import { entryWords, ownWords } from './words'

/** What this person may do in a directory, or with one entry of it, in a line. */
export function OwnRights({ own, entry }: { own: Own; entry: Label | null }) {
  const restricted = isRestricted(own)
  return (
    <p className="own-rights" aria-label="What you may do here">
      {restricted && <Lock aria-hidden size={14} />} <Said>{entry === null || !restricted ? ownWords(own) : entryWords(own, entry)}</Said>
      {restricted && ' For more, ask whoever may change the rights.'}
    </p>
  )
}
