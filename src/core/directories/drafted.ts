/**
 * Whoever signs a change has it drawn up by a copy, which knows the incarnations on the way; that may be on the server of
 * somebody else. So it is looked at before it is signed: it changes what was asked for, to what was asked for, and nothing else.
 */
import { WITHDRAWN } from '../entries/serverEntry'
import type { Label } from '../names'
import type { Change } from '../requests'
import type { Branch } from '../values/intent'
import type { Tree } from '../values/readValue'
import { TX } from './expiration'

/** Whether branches are what a change comes to, whatever stands there. */
export function isDraftOf({ procedure, under: { labels }, tree }: Pick<Change, 'procedure' | 'under' | 'tree'>, branches: readonly Branch[]): boolean {
  const [label] = labels.length > 0 ? labels : typeof tree === 'boolean' ? [] : tree.map(([first]) => first)
  if (procedure === 'plan') return label !== undefined && isUnder(branches, [label, WITHDRAWN])
  if (procedure === 'setTX') return label !== undefined && isUnder(branches, [label, TX]) && isWithin(branches, [[label, [[TX, tree]]]], procedure)
  return isWithin(branches, labels.reduceRight<Tree>((below, each) => [[each, below]], tree), procedure)
}

/** The same where a link may have led from the entry that was named to another one. */
export function isDraftBehindLink(change: Pick<Change, 'procedure' | 'under' | 'tree'>, branches: readonly Branch[]): boolean {
  const [named, ...path] = change.under.labels
  const led = branches[0]?.[0]
  return named !== undefined && named !== '.' && led !== undefined && led !== '.' && isDraftOf({ ...change, under: { ...change.under, labels: [led, ...path] } }, branches)
}

const isUnder = (branches: readonly Branch[], [first, ...rest]: readonly Label[]): boolean => branches.every(([label, , below]) => label === first && (rest.length === 0 || (typeof below !== 'boolean' && isUnder(below, rest))))

function isWithin(branches: readonly Branch[], wanted: Tree, procedure: Change['procedure']): boolean {
  if (typeof wanted === 'boolean') return false
  return branches.every(([label, , below]) => {
    const [, meant] = wanted.find(([each]) => each === label) ?? []
    if (meant === undefined) return mayComeWith(procedure, label, below)
    if (typeof below !== 'boolean') return isWithin(below, meant, procedure)
    return below ? isLeaf(meant) : meant === false
  })
}

/** Nothing present is wanted below. */
const isLeaf = (meant: Tree): boolean => meant === true || (meant !== false && meant.every(([, below]) => below === false))

/** With a directory all goes that refers to it [M6]; with a later TX what it outlives; a link takes over what was promised of the reference in its place [W3]. */
function mayComeWith(procedure: Change['procedure'], label: Label, below: Branch[2]): boolean {
  return ((procedure === 'removeD' || procedure === 'setTX') && below === false) || (procedure === 'setLink' && label === TX)
}
