/** What all seeds of a run came to. */
import type { Report } from './report'
import { situations } from '../situations'

const MOST_BROKEN = 5

export class Totals {
  passed = 0
  readonly broken: Report[] = []
  private readonly counts = new Map<string, number>()
  private readonly situations = new Map<string, number>()
  private simulatedMs = 0

  /** False once too much is broken to go on. */
  add(told: Report): boolean {
    console.log(told.line)
    if (told.broken !== null) {
      console.log(told.broken)
      this.broken.push(told)
    }
    if (told.outcome === null) return this.broken.length < MOST_BROKEN
    this.passed++
    this.simulatedMs += told.outcome.simulatedMs
    for (const [what, count] of told.outcome.counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count)
    for (const [what, count] of told.outcome.situations) this.situations.set(what, (this.situations.get(what) ?? 0) + count)
    return true
  }

  /** Ends with what is broken, so that the last lines of a long log say it. */
  print(coverage: boolean): void {
    console.log(`${Math.round(this.simulatedMs / 3_600_000)} simulated hours`)
    for (const [what, count] of [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`${String(count).padStart(9)}  ${what}`)
    const never = situations.filter((situation) => !this.situations.has(situation))
    console.log(`\nSituations: ${situations.length - never.length} of ${situations.length}`)
    for (const situation of situations) console.log(`${String(this.situations.get(situation) ?? 0).padStart(9)}  ${situation}`)
    for (const { line, broken } of this.broken) console.log(`${line}\n${broken}`)
    console.log(`${this.passed} passed, ${this.broken.length} failed`)
    if (coverage && never.length > 0) console.log(`Never reached: ${never.join('; ')}`)
    process.exitCode = this.broken.length === 0 && !(coverage && never.length > 0) ? 0 : 1
  }
}
