import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyNumber } from '../trials/generators'
import { after, BEGINNING, earlier, isTimestamp, later, millisecondsOf, originOf, SWEEP_ORIGIN, timeOf, timestamp } from './timestamp'

const anyTime = fc.integer({ min: 0, max: 8_999_999_999_999_999 })
const anyOrigin = fc.oneof(fc.constant(SWEEP_ORIGIN), fc.integer({ min: 0, max: 1 << 30 }).map(copyNumber))

describe('time-stamps', () => {
  it('[T1] the text sorts as (time, origin) does, and says both', () => {
    fc.assert(
      fc.property(anyTime, anyOrigin, anyTime, anyOrigin, (time, origin, otherTime, otherOrigin) => {
        const ts = timestamp(time, origin)
        const other = timestamp(otherTime, otherOrigin)
        expect(timeOf(ts)).toBe(time)
        expect(originOf(ts)).toBe(origin)
        expect(isTimestamp(ts)).toBe(true)
        const before = time === otherTime ? origin < otherOrigin : time < otherTime
        expect(ts < other).toBe(before)
        expect([later(ts, other), earlier(ts, other)]).toEqual(before ? [other, ts] : [ts, other])
      }),
    )
  })

  it('[T1] nextTS after an update is later than it, and than everything of its microsecond', () => {
    fc.assert(
      fc.property(anyTime, anyOrigin, anyOrigin, (time, origin, other) => {
        const next = after(timestamp(time, origin))
        expect(next > timestamp(time, origin)).toBe(true)
        expect(next > timestamp(time, other)).toBe(true)
        expect(next < timestamp(time + 1, copyNumber(0))).toBe(true)
      }),
    )
  })

  it('[P4] the origin of a sweep is less than that of every copy: nothing earlier can still originate', () => {
    fc.assert(
      fc.property(anyTime, fc.nat().map(copyNumber), (time, copy) => {
        expect(timestamp(time, SWEEP_ORIGIN) < timestamp(time, copy)).toBe(true)
      }),
    )
  })

  it('nothing else is one', () => {
    for (const text of ['', '1', `${'1'.repeat(16)}.`, `${'1'.repeat(15)}.0`, `${'1'.repeat(16)}.1`, `${'1'.repeat(16)}.${'A'.repeat(13)}`, `${'9'.repeat(16)}.0`, ` ${BEGINNING}`, `${BEGINNING}\n`]) expect(isTimestamp(text)).toBe(false)
    expect(millisecondsOf(timestamp(1_500_000, SWEEP_ORIGIN))).toBe(1500)
    expect(isTimestamp(BEGINNING)).toBe(true)
  })
})
