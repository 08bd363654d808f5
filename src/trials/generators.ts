/**
 * What property tests draw from (fast-check): names with hostile labels, updates that share ancestors and time-stamps, and
 * messages of every type.
 */
import * as fc from 'fast-check'
import type { CopyId, Label } from '../core/names'
import { SWEEP_ORIGIN, timestamp, type Timestamp } from '../core/timestamp'
import type { TSPair, Update } from '../core/values/update'
import { copyNumber, directoryNumber, identifier, serverNumber } from './identifiers'

export { copyNumber, directoryNumber, identifier, serverNumber }

/** Labels that have broken programs before: properties of every object, right-to-left, surrogates against U+E000. */
export const hostileLabels: readonly Label[] = ['__proto__', 'constructor', 'then', 'toJSON', 'hasOwnProperty', '0', '-1', '.', '..', 'a/b:c#d%e*', '🐢', 'עברית', '\uE000', '\u{10000}', 'naïve', '名前']

/** The time-stamp of a small number, as the paper's figures have them. */
export const at = (time: number, origin: CopyId | typeof SWEEP_ORIGIN = copyNumber(0)): Timestamp => timestamp(time, origin)

export const hostileLabel = fc.constantFrom(...hostileLabels)
/** Few labels, so that updates meet. */
const meetingLabel = fc.constantFrom('Lampson', '__proto__', 'constructor', '🐢', '\uE000')
const meetingStamp = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 1 })).map(([time, copy]) => at(time, copyNumber(copy)))

/** Any label a receiver accepts. */
export const anyLabel: fc.Arbitrary<Label> = fc.oneof(
  hostileLabel,
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(text))
    .map((text) => text.normalize('NFC'))
    .filter((text) => text.length > 0),
)

/** Updates with shared ancestors and equal time-stamps; ancestors may be missing, and stamps in any order along the path. */
export const anyUpdate: fc.Arbitrary<Update> = fc.record({
  path: fc.array(fc.tuple(meetingLabel, meetingStamp) as fc.Arbitrary<TSPair>, { minLength: 1, maxLength: 4 }),
  mark: fc.constantFrom('present' as const, 'absent' as const),
})
export const someUpdates = fc.array(anyUpdate, { maxLength: 16 })

/** The same items in another order, some of them repeated. */
export const rearranged = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.tuple(fc.shuffledSubarray([...items], { minLength: items.length }), fc.array(fc.nat(), { maxLength: 6 })).map(([shuffled, again]) => {
    const all = [...shuffled]
    for (const n of again) if (items.length > 0) all.splice(n % (all.length + 1), 0, items[n % items.length]!)
    return all
  })
