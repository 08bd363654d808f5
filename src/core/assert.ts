/** What we got wrong: thrown with the rule it breaks. Nothing leaves `step` until it returns, so a throw has no effects. */
export class InvariantViolation extends Error {
  readonly rule: string
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`)
    this.name = 'InvariantViolation'
    this.rule = rule
  }
}

/** Throws when a rule of SPEC.md does not hold; `rule` is its id. */
export function invariant(holds: boolean, rule: string, detail: string): asserts holds {
  if (!holds) throw new InvariantViolation(rule, detail)
}

/** For the end of a switch over a closed union: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new InvariantViolation('unreachable', JSON.stringify(value))
}
