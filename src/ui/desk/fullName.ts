/** Full names as the page carries them: texts, taken apart and put together by the rules of the core. */
import { isFailure } from '../../core/errors'
import { formatDesignator, formatName, nameBelow, parseDesignator, parseName, type FullName, type Label } from '../../core/names'

export const ROOT = '/'

const parsed = (name: string): FullName | null => {
  const full = parseName(name)
  return isFailure(full) ? null : full
}

/** The name of what stands under a label in a directory, which is a name already; so it is not parsed for each label. */
export const below = nameBelow

/** The name of the directory that a name stands in; null for the root and for what is no name. */
export function parentOf(name: string): string | null {
  const full = parsed(name)
  return full === null || full.labels.length === 0 ? null : formatName({ ...full, labels: full.labels.slice(0, -1) })
}

export const labelsOf = (name: string): readonly Label[] => parsed(name)?.labels ?? []

/** The last label, or what stands for the directory that the name begins at. */
export const lastLabel = (name: string, rootLabel: string): string => labelsOf(name).at(-1) ?? (name.startsWith('#') ? `${name.slice(0, 7)}…` : rootLabel)

/** The name that a text means: itself, or the entry that a VD such as `/DEC/SRC:Lampson/Mailboxes` leads into; null for neither. */
export function nameMeant(text: string): string | null {
  if (parsed(text) !== null) return text
  const designator = parseDesignator(text)
  return isFailure(designator) ? null : formatName({ ...designator.name, labels: [...designator.name.labels, ...designator.path.slice(0, 1)] })
}

/** All directories on the way to a name, from where it begins. */
export function ancestorsOf(name: string): string[] {
  const parent = parentOf(name)
  return parent === null ? [] : [...ancestorsOf(parent), parent]
}

/** VD: a path in the value tree of a directory. */
export function designate(directory: string, path: readonly Label[]): string {
  const name = parsed(directory)
  return name === null ? directory : formatDesignator({ name, path: [...path] })
}
