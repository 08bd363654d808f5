/** The invariants as a person sees them: how often each was looked at, and what the first accusation said. */

export const invariants = {
  DC1: 'Each copy has every update earlier than its lastSweep.',
  DC2: 'From each active copy the pointers lead round the ring and back to it.',
  F1: 'Each member has every update earlier than the greatest stable mark.',
  D1: 'What is read is what some of the accepted updates mean, every one before lastSweep among them.',
  monotone: 'nextTS, lastSweep and the stable mark of a copy never decrease.',
  noLostUpdate: 'Whatever was acknowledged is at some copy.',
  noResurrection: 'What was deleted before the stable mark is visible nowhere, ever again.',
  convergence: 'Faults stop, three sweeps: then all copies are equal.',
} as const

export interface Mark {
  /** One of the invariants, or a rule that the core itself asserts. */
  rule: string
  says: string
  /** How often it was looked at. */
  looks: number
  broken: { sentence: string; step: number; at: number } | null
}

export class Marks {
  readonly #marks = new Map<string, Mark>(Object.entries(invariants).map(([rule, says]) => [rule, { rule, says, looks: 0, broken: null }]))

  /** A rule that only some runs can look at. */
  name(rule: string, says: string): void {
    this.#marks.set(rule, { rule, says, looks: 0, broken: null })
  }

  look(rule: string): void {
    this.#of(rule).looks++
  }

  /** Only the first accusation of a rule is kept: the others follow from it. */
  accuse(rule: string, sentence: string, step: number, at: number): void {
    this.#of(rule).broken ??= { sentence, step, at }
  }

  get all(): Mark[] {
    return [...this.#marks.values()].map((mark) => ({ ...mark }))
  }

  /** How often each was looked at, in their order. */
  get looks(): number[] {
    return [...this.#marks.values()].map(({ looks }) => looks)
  }

  /** Becomes what these marks were when they had been looked at so often, at a step. */
  restore(later: Marks, looks: readonly number[], step: number): void {
    for (const [i, mark] of later.all.entries()) if (i < looks.length) this.#marks.set(mark.rule, { ...mark, looks: looks[i]!, broken: mark.broken !== null && mark.broken.step <= step ? mark.broken : null })
  }

  get broken(): number {
    return this.all.filter(({ broken }) => broken !== null).length
  }

  #of(rule: string): Mark {
    const mark = this.#marks.get(rule) ?? { rule, says: 'What the core asserts of itself.', looks: 0, broken: null }
    this.#marks.set(rule, mark)
    return mark
  }
}
