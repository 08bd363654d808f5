import type { NotReached } from '../core/directories/lookup'
import { NameServiceError } from '../core/errors'
import type { BeforeStep, TrailStep } from '../core/requests'

/** A lookup that failed, and how far it came: its steps, and what came after the last one. */
export class LookupError extends NameServiceError {
  readonly trail: readonly TrailStep[]
  readonly after: readonly BeforeStep[]
  constructor(failed: NotReached) {
    super(failed)
    this.trail = failed.trail
    this.after = failed.after
  }
}
