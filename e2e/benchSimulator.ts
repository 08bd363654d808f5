/** How fast worlds are simulated, with every message encoded and parsed and every checker on, on one core. */
import { runSeed } from '../src/sim/seed'
import type { Row } from './benchService'

/** Worlds differ: one may have faults for hours, another none. */
const WORLDS = 24
const LARGE = 3

export function* benchSimulator(): Generator<Row> {
  runSeed({ seed: 'warm up', servers: 9 })
  const nine = Array.from({ length: WORLDS }, (_, i) => timed({ seed: `nine ${i}`, servers: 9 }))
  const rates = nine.map(({ simulatedSeconds, seconds }) => simulatedSeconds / seconds).toSorted((a, b) => a - b)
  yield { what: `simulated seconds a second, ${WORLDS} worlds of nine servers, every checker on: median, least, most`, value: [rates[WORLDS / 2]!, rates[0]!, rates.at(-1)!].map((rate) => String(Math.round(rate / 100) * 100)).join(', ') }
  const hundred = Array.from({ length: LARGE }, (_, i) => timed({ seed: `hundred ${i}`, servers: 100 }))
  const rate = sum(hundred.map(({ steps }) => steps)) / sum(hundred.map(({ seconds }) => seconds))
  yield { what: `steps a second, ${LARGE} worlds of 100 servers`, value: String(Math.round(rate / 1000) * 1000) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

function timed(options: { seed: string; servers: number }): { seconds: number; simulatedSeconds: number; steps: number } {
  const began = performance.now()
  const { simulatedMs, counts } = runSeed(options)
  return { seconds: (performance.now() - began) / 1000, simulatedSeconds: simulatedMs / 1000, steps: counts.get('steps') ?? 0 }
}
