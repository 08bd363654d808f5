/** What a directory's record says of one of its names, for people [M2, O2]. */
import type { Move } from '../../client/nameService'

/** @param records all of the directory, oldest first, of which this is one. */
export function inWords({ verdict, ofRoot, ts }: Move, records: readonly Move[]): string {
  if (verdict === 'settled') return 'an older name: a link leads here from there'
  if (verdict === 'pending') return 'is to be its name: waits until every directory above has been heard'
  const hadPlace = records.some((other) => other.verdict === 'settled' && (other.born || other.ts < ts))
  if (ofRoot && hadPlace) return 'never took effect: it was a root no more, having been put below another directory first'
  if (ofRoot) return 'never took effect: its parent was moved below it first'
  return 'never took effect: another move was first, after which it would lie below itself or in the tree of another root'
}
