/** A directory and those below it as one file of JSON lines, and back (SPEC §17). */
import { failure, NameServiceError } from '../core/errors'
import { MAX_CALL_BYTES } from '../core/copies/originate'
import { formatLabels, nameBelow, type Label } from '../core/names'
import { withoutTX } from './json'
import type { JsonTree, NameService, Written } from './nameService'

type Line = { type: 'namering'; version: 1 } | { type: 'directory'; path: Label[] } | { type: 'link'; path: Label[]; label: Label; to: string } | { type: 'entry'; path: Label[]; label: Label; tree: JsonTree }

/** How much of a call a batch of entries may fill: time-stamps and the signature need room too. */
const BATCH = MAX_CALL_BYTES / 2

const join = (fn: string, path: readonly Label[]): string => path.reduce(nameBelow, fn)

export async function exportLines(service: NameService, fn: string): Promise<string[]> {
  const lines: Line[] = [{ type: 'namering', version: 1 }]
  const walk = async (path: Label[]): Promise<void> => {
    const name = join(fn, path)
    lines.push({ type: 'directory', path })
    const { value: entries } = await service.entries(name)
    const { tree } = await service.getValue(name)
    const trees = new Map(Object.entries(tree))
    for (const [label, type, detail] of entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (label === '.' || type === 'server') continue
      if (type === 'directory') await walk([...path, label])
      else if (type === 'link') lines.push({ type: 'link', path, label, to: detail })
      else lines.push({ type: 'entry', path, label, tree: withoutTX(trees.get(label) ?? true) })
    }
  }
  await walk([])
  return lines.map((line) => JSON.stringify(line))
}

/** Creates what is not there and adds to what is; in calls as large as the limit allows. */
export async function importLines(
  service: NameService,
  server: string,
  fn: string,
  texts: readonly string[],
  setLinks: (parent: string, links: readonly (readonly [Label, string])[]) => Promise<Written>,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<{ entries: number; directories: number }> {
  const written = texts.filter((text) => text.trim() !== '')
  const lines = written.map(parseLine)
  if (lines[0]?.type !== 'namering') throw new NameServiceError(failure('BadRequest', { reason: 'the first line of the file is not that of an export' }))
  const all = lines.length - 1
  let done = 0
  let directories = 0
  let batch: { path: Label[]; entries: [Label, JsonTree][]; links: [Label, string][]; size: number } | null = null
  const flush = async (): Promise<void> => {
    if (batch === null) return
    const { path, entries, links } = batch
    batch = null
    if (entries.length > 0) await service.doUpdates(join(fn, path), Object.fromEntries(entries))
    if (links.length > 0) await setLinks(join(fn, path), links)
    done += entries.length + links.length
    progress(done, all)
  }
  for (const [i, line] of lines.entries()) {
    if (line.type === 'namering') continue
    const size = written[i]!.length * 2 + 60
    if (batch !== null && (line.type === 'directory' || formatLabels(batch.path) !== formatLabels(line.path) || batch.size + size > BATCH)) await flush()
    if (line.type === 'directory') {
      directories += await makeDirectory(service, server, join(fn, line.path), line.path.length > 0)
      progress(++done, all)
      continue
    }
    batch ??= { path: line.path, entries: [], links: [], size: 0 }
    batch.size += size
    if (line.type === 'entry') batch.entries.push([line.label, line.tree])
    else batch.links.push([line.label, line.to])
  }
  await flush()
  return { entries: all - lines.filter((line) => line.type === 'directory').length, directories }
}

async function makeDirectory(service: NameService, server: string, fn: string, isBelow: boolean): Promise<number> {
  if (!isBelow) return 0
  try {
    await service.newD(server, fn)
    return 1
  } catch (error) {
    if (error instanceof NameServiceError && error.code === 'AlreadyExists') return 0
    throw error
  }
}

function parseLine(text: string, index: number): Line {
  const bad = (): never => {
    throw new NameServiceError(failure('BadRequest', { reason: `line ${index + 1} of the file is not one of an export` }))
  }
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return bad()
  }
  const { type, path, label, to, tree } = (line ?? {}) as Record<string, unknown>
  if (type === 'namering') return { type, version: 1 }
  if (!Array.isArray(path) || !path.every((step) => typeof step === 'string')) return bad()
  if (type === 'directory') return { type, path }
  if (typeof label !== 'string') return bad()
  if (type === 'link' && typeof to === 'string') return { type, path, label, to }
  if (type === 'entry' && (tree === true || (typeof tree === 'object' && tree !== null))) return { type, path, label, tree: tree as JsonTree }
  return bad()
}
