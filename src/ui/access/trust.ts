/** On whose word a name rests: nobody is trusted by all, so each name says itself who was believed [X2]. */
import { matchesPrincipal, parsePrincipalPattern, type PrincipalPattern } from '../../core/auth/principal'
import { isFailure } from '../../core/errors'
import { formatName, parseName, type FullName, type Label } from '../../core/names'

type Named = Extract<PrincipalPattern, { type: 'relative' | 'absolute' }>

/** The directories believed on the way to a name, beside the one that judges: up to the least common ancestor, then down. */
export function trustedFor(name: string, directory: string): string[] {
  const named = namedBy(name)
  if (named === null) return []
  const above = labelsOf(named).slice(0, -1)
  const top: FullName = named.type === 'absolute' ? { from: named.directory, up: 0, labels: [] } : ancestorOf(directory, named.up)
  const up = named.type === 'absolute' ? [top] : Array.from({ length: named.up }, (_, i) => ancestorOf(directory, i + 1))
  return [...up, ...above.map((_, i): FullName => ({ ...top, labels: [...top.labels, ...above.slice(0, i + 1)] }))].map(formatName)
}

/** By which of somebody's names a pattern speaks of them, of several the one that rests on fewest directories; null where it means a key, or everybody. */
export function nameMeantBy(principal: string, names: readonly string[]): string | null {
  const pattern = namedBy(principal)
  const known = names.flatMap((name) => {
    const named = namedBy(name)
    return pattern === null || named === null || !speaksOf(pattern, named) ? [] : [{ name, length: lengthOf(named) }]
  })
  return known.toSorted((a, b) => a.length - b.length)[0]?.name ?? null
}

function namedBy(text: string): Named | null {
  const pattern = parsePrincipalPattern(text)
  return isFailure(pattern) || pattern.type === 'anyone' || pattern.type === 'key' ? null : pattern
}

const labelsOf = ({ labels }: Named): Label[] => labels.filter((label) => label !== null)
const lengthOf = (named: Named): number => named.labels.length + (named.type === 'relative' ? named.up : 0)

/** By a name here that came by a directory, whichever of those on its way that was. */
function speaksOf(pattern: Named, named: Named): boolean {
  const labels = labelsOf(named)
  const cameBy = named.type === 'absolute' ? [{ directory: named.directory, labels }] : pattern.type === 'absolute' ? labels.map((_, i) => ({ directory: pattern.directory, labels: labels.slice(i) })) : []
  return matchesPrincipal(pattern, { key: '', names: [{ up: named.type === 'relative' ? named.up : 0, labels, from: cameBy }] })
}

/** The directory so many levels above one, by its name where that is known, else as seen from there. */
function ancestorOf(directory: string, up: number): FullName {
  const full = parseName(directory)
  if (isFailure(full) || full.labels.length < up) return { from: '.', up, labels: [] }
  return { ...full, labels: full.labels.slice(0, full.labels.length - up) }
}
