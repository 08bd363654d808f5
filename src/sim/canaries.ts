/** All canaries. Each must be caught by a checker, or the simulator is blind, and that is the bug. */
import type { NamedCanary } from './canaries/canary'
import { epochCanaries } from './canaries/epochs'
import { expirationCanaries } from './canaries/expirations'
import { forgettingCanaries } from './canaries/forgetting'
import { hostCanaries } from './canaries/hosts'
import { joinCanaries } from './canaries/joins'
import { leaveCanaries } from './canaries/leaves'
import { moveCanaries } from './canaries/moves'
import { removalCanaries } from './canaries/removals'
import { rightsCanaries } from './canaries/rights'
import { rootCanaries } from './canaries/roots'
import { serverCanaries } from './canaries/servers'
import { sweepCanaries } from './canaries/sweeps'

export const canaries: readonly NamedCanary[] = [...sweepCanaries, ...joinCanaries, ...leaveCanaries, ...forgettingCanaries, ...epochCanaries, ...hostCanaries, ...serverCanaries, ...moveCanaries, ...removalCanaries, ...rightsCanaries, ...rootCanaries, ...expirationCanaries]
