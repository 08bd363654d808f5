/** The rows of a value as an outline (figure 2): which nodes stand in a line of their own, which beside their parent. */
import type { Label } from '../../core/names'
import type { EncodedNode } from '../../core/values/encodeTree'
import type { TSPair } from '../../core/values/update'
import { formatPath } from '../../core/names'
import { childrenOf, isPresent } from './json'

export interface Line {
  /** The path below the selected name, encoded: identifies the line. */
  key: string
  /** The same for people: labels as they are. */
  words: string
  /** TSpath below the selected name, this node's own pair last: exactly the incarnation that is shown. */
  path: TSPair[]
  node: EncodedNode
  level: number
  /** Leaves that stand beside the label: a string or a set. */
  leaves: EncodedNode[] | null
  /** Whether what is below has lines of its own, and whether these are shown. */
  open: boolean | null
  /** Changes only through the procedures that keep its invariants. */
  reserved: boolean
}

export interface OutlineOptions {
  /** Absent nodes are shown too. */
  absent: boolean
  /** Lines whose fold is not as it begins. */
  turned: ReadonlySet<string>
  /** Whether entries begin open; what only procedures change begins folded. */
  beginOpen: boolean
  /** The labels above the outline in its directory: [] or the entry. */
  above: readonly Label[]
}

const MOST_BESIDE = 40
const ofEntry = new Set(['DR', 'Link', 'Server', 'TX', 'Withdrawn'])
const ofSelf = new Set(['BR', 'InSN', 'Removed', 'WellKnown', 'Genesis', 'Access'])

const isSelf = (labels: readonly Label[]): boolean => labels.length === 1 && labels[0] === '.'
const isReserved = ([first, second]: readonly Label[]): boolean => second !== undefined && (first === '.' ? ofSelf : ofEntry).has(second)

export function linesOf(tree: EncodedNode, options: OutlineOptions): Line[] {
  const lines: Line[] = []
  const shownOf = (node: EncodedNode): EncodedNode[] => childrenOf(node).filter((child) => options.absent || isPresent(child))
  const visit = (node: EncodedNode, above: TSPair[], level: number): void => {
    const path: TSPair[] = [...above, [node[0], node[1]]]
    const labels = path.map(([label]) => label)
    const key = formatPath(labels)
    const below = shownOf(node)
    const reserved = isReserved([...options.above, ...labels])
    const leaves = below.length > 0 && below.length <= MOST_BESIDE && below.every((child) => shownOf(child).length === 0) ? below : null
    const open = below.length === 0 || leaves !== null ? null : (options.beginOpen && !isSelf(labels) && !reserved) !== options.turned.has(key)
    lines.push({ key, words: labels.join('/'), path, node, level, leaves, open, reserved })
    if (open) for (const child of below) visit(child, path, level + 1)
  }
  for (const child of shownOf(tree)) visit(child, [], 0)
  return lines
}
