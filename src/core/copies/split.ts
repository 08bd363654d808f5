/**
 * E8: two halves of a directory that each made an epoch without the other. The later one rules, and what is read there lacks
 * what the other half accepted: so the answer says it, as far as the copy that gives it has heard.
 */
import type { CopyId } from '../names'
import type { Server, Turn } from '../server'
import type { DirectoryCopy, Exclusion } from './directoryCopy'

/** `leftOut`: an epoch left out copies that may come back with what they alone have. `split`: one of them made an epoch of its own. */
export const partings = ['no', 'leftOut', 'split'] as const
export type Parting = (typeof partings)[number]

/** Word of an epoch that this copy's own one overtook: if that one had left this copy out, the directory is split. */
export function onOvertakenEpoch({ server, effects }: Turn, { id, directory }: DirectoryCopy, from: CopyId, excluded: readonly Exclusion[]): void {
  if (!excluded.some(({ copy }) => copy === id)) return
  server.parted.set(directory, (server.parted.get(directory) ?? new Set()).add(from))
  effects.changed.add(directory)
}

/** Until everybody is back in one ring, or is waited for no more. */
export function partingOf({ parted }: Server, { directory, excluded }: DirectoryCopy): Parting {
  const awaited = excluded.filter(({ abandoned }) => !abandoned)
  if (awaited.length === 0) return 'no'
  return awaited.some(({ copy }) => parted.get(directory)?.has(copy)) ? 'split' : 'leftOut'
}
