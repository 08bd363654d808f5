import { expect, it } from 'vitest'
import { ClockMeter } from './clockMeter'

it('takes the medians of offset and round trip [T3]', () => {
  const meter = new ClockMeter()
  expect(meter.measured).toBeNull()
  const trips = [10, 10, 500, 10]
  let now = 0
  for (const trip of trips) {
    const beat = meter.beat(now, 1_000_000 + now)
    meter.echo(beat, 1_000_000 + now + trip / 2 + 2000, now + trip)
    now += 1500
  }
  expect(meter.measured).toEqual({ offset: 2000, roundTrip: 10 })
})

it('takes an echo once, and only of a beat it sent lately', () => {
  const meter = new ClockMeter()
  const first = meter.beat(0, 0)
  expect(meter.echo(99, 0, 1)).toBeNull()
  expect(meter.echo(first, 0, 1)).not.toBeNull()
  expect(meter.echo(first, 0, 2)).toBeNull()
  const old = meter.beat(3, 3)
  for (let time = 4; time < 84; time++) meter.beat(time, time)
  expect(meter.echo(old, 0, 90)).toBeNull()
})
