/** What a root may be called in one above it [O1]: from there on every name below it is longer by that label. */
import { formatLabels, labelFault, MAX_LABEL_BYTES, utf8Length, type Label } from '../names'
import { MAX_SERVER_NAME } from '../server'

/** Names from a root, as they are written: those of its servers, and those of roots of former times in its table of well-known directories. */
export interface NamesBelow {
  servers: readonly string[]
  formerRoots: readonly string[]
}

/** Why a root with these names below it cannot be called so in one above it, in words, or null. */
export function rootNameFault(label: Label, { servers, formerRoots }: NamesBelow): string | null {
  const fault = labelFault(label)
  if (fault !== null) return fault
  if (label === '.' || label === '..') return `in a name ${label} is no label, but stands for ${label === '.' ? 'a directory itself' : 'the directory above'}`
  const size = utf8Length(formatLabels([label]))
  const most = Math.min(MAX_SERVER_NAME - longest(servers), MAX_LABEL_BYTES - longest(formerRoots))
  return size <= most ? null : `within a name it takes ${size} bytes, and the names of servers and roots below it leave room for ${Math.max(0, most)}`
}

/** Bytes, with the / before it. */
const longest = (names: readonly string[]): number => Math.max(0, ...names.map((name) => utf8Length(name) + 1))
