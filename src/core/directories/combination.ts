/**
 * What is decided when two services are to become one ("growth by combination", figure 6): both below a new root, or one
 * below the other's. Carried out by the library, step by step [O3].
 */
import { shown, type DirectoryId, type Label } from '../names'
import { rootNameFault } from './rootName'

/** What is to be done, as it was decided. */
export interface Combination {
  ours: Side
  theirs: Side
  /** What the new root above both is called; null: ours goes below theirs. */
  above: Label | null
  /** The server that makes the new root: its identifier. */
  server: string
}

/** One of the services: its root, the room that its servers meet in, and its label in the root above. */
export interface Side {
  root: DirectoryId
  room: string
  /** The other root has none when it is itself the one above. */
  label: Label
}

export const combinationSteps = ['root', 'place', 'rooms', 'names'] as const
export type CombinationStep = (typeof combinationSteps)[number]

/** Steps that this combination takes, in order. */
export const stepsOf = ({ above }: Combination): CombinationStep[] => combinationSteps.filter((step) => step !== 'root' || above !== null)

/** What was decided, and whether it has been carried out. */
export interface KeptCombination {
  combination: Combination
  isDone: boolean
}

/** The root that goes below the other one, or below the new one that ours is below already. */
export const movesIn = ({ ours, theirs, above }: Combination): Side => (above === null ? ours : theirs)

export const sidesBelow = ({ ours, theirs, above }: Combination): Side[] => (above === null ? [ours] : [ours, theirs])

/** What is met of two services: the servers of each by their names from its root, and the labels that are taken in the other's root. */
export interface Met {
  servers: { ours: readonly string[]; theirs: readonly string[] }
  takenBelowTheirs: readonly Label[]
}

/** Whose name, what it is to be, and the servers that are named below it. */
type Naming = readonly [what: string, label: Label, servers: readonly string[]]

/** Why it cannot be meant so, in a sentence, or null. */
export function combinationFault(combination: Combination, { servers, takenBelowTheirs }: Met): string | null {
  const { ours, theirs, above } = combination
  const oursNamed: Naming = ['This service', ours.label, servers.ours]
  const named: Naming[] = above === null ? [oursNamed] : [['The new root', above, []], oursNamed, ['The other one', theirs.label, servers.theirs]]
  for (const [what, label, below] of named) {
    const fault = rootNameFault(label, { servers: below, formerRoots: [] })
    if (fault !== null) return `${what} cannot be called ${shown(label)}: ${fault}. Choose another name.`
  }
  if (above !== null && ours.label === theirs.label) return 'Below one root the two need different names.'
  if (above === null && takenBelowTheirs.includes(ours.label)) return `In the other root ${ours.label} is taken: choose another name for this service.`
  return ours.root === theirs.root ? 'Both are one service already.' : null
}
