/** The paper's figures in plain text. `readable` puts numbers and names in the place of time-stamps and identifiers. */
import { epochNumber, isSealed, type CopyFields, type DirectoryCopy } from '../../core/copies/directoryCopy'
import { backReferences, effectiveParent } from '../../core/entries/parents'
import { namedBy } from '../../core/directories/reference'
import { compareLabels, type CopyId, type Label } from '../../core/names'
import { setId, type UpdateSet } from '../../core/values/intent'
import type { ValueNode } from '../../core/values/valueTree'
import { pointerIn } from '../../sim/checkers'
import { explainBranches } from '../../sim/transcript'

type Readable = (text: string) => string
export interface Shown {
  name: string
  copy: DirectoryCopy
}
/** What may stand below the columns of figure 3. */
export type Row = keyof Pick<CopyFields, 'nextTS' | 'lastSweep' | 'stableMark'>

const HAS = '●'
const FOLDED = '○'
const WAITS = '◌'
const LACKS = '·'
const legends: readonly (readonly [string, string])[] = [
  [HAS, 'has the update'],
  [FOLDED, 'has it, folded into the base'],
  [WAITS, 'has it, but it waits for one that has not arrived'],
  [LACKS, 'lacks it'],
]

const markOf = (copy: DirectoryCopy, set: UpdateSet): string => (copy.waiting.has(setId(set)) ? WAITS : copy.log.some(({ ts }) => ts === set.ts) ? HAS : set.ts < copy.stableMark ? FOLDED : LACKS)

/** Figure 3: a column for each copy, a row for each update; below them what the copy says of itself. */
export function copiesPicture(shown: readonly Shown[], updates: readonly UpdateSet[], rows: readonly Row[], readable: Readable): string[] {
  const names = updates.map(({ ts, intent }) => `${readable(ts).padEnd(5)}${readable(explainBranches(intent.branches))}`)
  const rowNames = rows.map((row) => (row === 'stableMark' ? 'F' : row))
  const width = Math.max(...[...names, ...rowNames].map(({ length }) => length)) + 3
  const columns = shown.map(({ name }) => Math.max(name.length, 5) + 2)
  const line = (head: string, cells: readonly string[]): string => `${head.padEnd(width)}${cells.map((cell, i) => cell.padStart(columns[i]!)).join('')}`
  return [
    line('', shown.map(({ name }) => name)),
    ...updates.map((set, i) => line(names[i]!, shown.map(({ copy }) => markOf(copy, set)))),
    ...rows.map((row, i) => line(rowNames[i]!, shown.map(({ copy }) => readable(copy[row])))),
  ]
}

/** What those of its signs mean that have not been explained before. */
export function copiesLegend(picture: readonly string[], explained: Set<string>): string[] {
  const news = legends.filter(([sign]) => picture.some((line) => line.includes(sign)) && !explained.has(sign))
  for (const [sign] of news) explained.add(sign)
  return news.length === 0 ? [] : [`(${news.map(([sign, meaning]) => `${sign} ${meaning}`).join(', ')})`]
}

/** Figure 5: the ring of the newest epoch, from the first active copy along the pointers; below it those that point into it from outside. */
export function ringPicture(shown: readonly Shown[], nameOf: (copy: CopyId) => string): string[] {
  const all = new Map(shown.map(({ copy }) => [copy.id, copy]))
  const first = shown.map(({ copy }) => copy).filter(({ state }) => state === 'active').reduce((a, b) => (b.epoch > a.epoch ? b : a))
  const ring: CopyId[] = []
  for (let at: DirectoryCopy | undefined = first; at !== undefined && !ring.includes(at.id); at = all.get(pointerIn(first.epoch, at).copy)) ring.push(at.id)
  const say = (id: CopyId): string => {
    const copy = all.get(id)
    if (copy === undefined || copy.state === 'active') return copy !== undefined && isSealed(copy) ? `${nameOf(id)} (sealed)` : nameOf(id)
    return `${nameOf(id)} (${copy.state === 'excluded' ? 'left out' : copy.state})`
  }
  const outside = shown.filter(({ copy }) => !ring.includes(copy.id)).map(({ copy }) => `${say(copy.id)} → ${nameOf(copy.pointer.copy)}`)
  const epoch = epochNumber(first.epoch) === 1 ? [] : [`epoch ${epochNumber(first.epoch)}`]
  return [...epoch, [...ring, first.id].map(say).join(' → '), ...outside]
}

/**
 * Figure 2: the nodes below one, indented, each with its time-stamp before it; what is absent is struck through, an
 * ancestor that was only named stands in brackets.
 */
export function treePicture(node: ValueNode, readable: Readable, leaveOut: readonly Label[] = ['.']): string[] {
  const lines: string[] = []
  const walk = (children: ValueNode['children'], indent: string): void => {
    for (const [label, { ts, mark, children: below }] of [...(children ?? [])].toSorted(([a], [b]) => compareLabels(a, b))) {
      if (indent === '' && leaveOut.includes(label)) continue
      lines.push(`${readable(ts).padEnd(5)}${indent}${mark === 'absent' ? `~~${readable(label)}~~` : mark === 'implied' ? `(${readable(label)})` : readable(label)}`)
      walk(below, `${indent}  `)
    }
  }
  walk(node.children, '')
  return lines.length === 0 ? ['(nothing)'] : lines
}

/** Figure 10, as one server has it: references from parents to children, and the back-references from which they follow. */
export function referencesPicture(copies: readonly DirectoryCopy[], readable: Readable): string[] {
  const down: string[] = []
  const up: string[] = []
  for (const { directory, visible } of copies) {
    for (const label of [...(visible.root.children ?? [])].map(([each]) => each).toSorted(compareLabels)) {
      const named = namedBy(visible, label)
      if (named?.type === 'directory') down.push(`DR  ${readable(directory)}/${readable(label)} ↓ ${readable(named.directory)}`)
    }
    const now = effectiveParent({ visible })?.ts
    for (const { parent, label, ts, verdict } of backReferences(visible).toReversed()) up.push(`BR  ${readable(directory)} ↑ ${readable(parent)}, as ${readable(label)}${ts === now ? '' : verdict === 'settled' ? ' (once)' : ` (${verdict})`}`)
  }
  return [...down.toSorted(), ...up]
}

/** Pictures beside each other, each under its heading. */
export function beside(...pictures: readonly (readonly [heading: string, lines: readonly string[]])[]): string[] {
  const widths = pictures.map(([heading, lines]) => Math.max(heading.length, ...lines.map(({ length }) => length)) + 4)
  const height = Math.max(...pictures.map(([, lines]) => lines.length))
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(widths[i]!)).join('').trimEnd()
  return [line(pictures.map(([heading]) => heading)), ...Array.from({ length: height }, (_, i) => line(pictures.map(([, lines]) => lines[i] ?? '')))]
}
