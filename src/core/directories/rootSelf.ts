/**
 * What a root says of itself from the beginning. The arcs below which several copies may enter something at once are there
 * already: of two that are made at once the later would replace the earlier, with all below it [V1].
 */
import { compareLabels, type DirectoryId, type Label } from '../names'
import type { Branch } from '../values/intent'
import { ROOMS, WELL_KNOWN } from '../labels'
import { BELOW } from '../entries/serverEntry'

/** The first change of a directory: what it says of itself, its label too; and references that it has from the first moment. */
export function firstChange(label: Label, self: readonly Branch[], references: readonly Branch[] = []): Branch[] {
  const below: Branch[] = [...self, ['Label', null, [leaf(label)]]]
  return inOrder([['.', null, inOrder(below)], ...references])
}

const inOrder = (branches: readonly Branch[]): Branch[] => branches.toSorted(([a], [b]) => compareLabels(a, b))

const leaf = (label: Label): Branch => [label, null, true]

/** Its rank, and the roots of former times that lie below it, with their names from it. */
export function rootSelf(rank: number, known: readonly (readonly [DirectoryId, Label])[] = []): Branch[] {
  const table = known.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([directory, name]): Branch => [directory, null, [leaf(name)]])
  return [leaf('BR'), leaf(ROOMS), ['InSN', null, inSNSelf(rank)], [WELL_KNOWN, null, table.length === 0 ? true : table]]
}

/** Digits and signs come before letters. */
const inSNSelf = (rank: number): Branch[] => [leaf(String(rank)), leaf(BELOW)]
