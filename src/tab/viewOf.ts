/** From a server to what people see of it: plain data, made anew only for what changed. */
import { explain } from '../core/errors'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import type { Sweep } from '../core/copies/sweep'
import { effectiveParent } from '../core/entries/parents'
import { inSNOf } from '../core/entries/serverEntry'
import type { Message } from '../core/messages'
import { formatName, type DirectoryId, type Label, type ServerId } from '../core/names'
import type { Server } from '../core/server'
import { directoryNamed } from '../core/entries/named'
import { stringAt } from '../core/values/readValue'
import { visibleChildren } from '../core/values/valueTree'
import type { CopyView, SweepView } from './view'

/** How long a sweep that has ended stays in the picture, ms: long enough to be seen. */
export const SWEEP_SHOWN = 1500

/** The sweeps of other servers that pass here, for long enough to be drawn; one of this server is known itself. */
export class PassingSweeps {
  readonly #seen = new Map<DirectoryId, { view: SweepView; until: number }>()

  /** A message of a sweep arrived at this server. */
  observe(server: Server, from: ServerId, message: Message): DirectoryId | null {
    if (message.type !== 'lookSweep' && message.type !== 'readSweep' && message.type !== 'writeSweep') return null
    const copy = server.copies.get(message.directory)
    if (copy === undefined) return null
    const phase = message.type === 'lookSweep' ? 'look' : message.type === 'readSweep' ? 'read' : 'write'
    const sweepTS = message.type === 'readSweep' ? (this.#seen.get(message.directory)?.view.sweepTS ?? copy.nextTS) : message.sweepTS
    const members = ringOrder(copy).map((member) => {
      const here = member.server === server.id
      return { server: member.server, copy: member.copy, looked: here, read: here && phase !== 'look', written: here && phase === 'write' }
    })
    this.#seen.set(message.directory, { view: { coordinator: from, sweepTS, phase, members }, until: Date.now() + SWEEP_SHOWN })
    return message.directory
  }

  of(copy: DirectoryCopy, own: Sweep | undefined): SweepView | null {
    if (own !== undefined) return ownSweep(copy, own)
    const seen = this.#seen.get(copy.directory)
    if (seen === undefined) return null
    if (seen.until > Date.now()) return seen.view
    this.#seen.delete(copy.directory)
    return null
  }

  /** Directories whose sweep has been shown long enough. */
  ended(): DirectoryId[] {
    return [...this.#seen].filter(([, { until }]) => until <= Date.now()).map(([directory]) => directory)
  }
}

/** The known ring, from this copy on, as far as the order is known here: by copy. */
const ringOrder = (copy: DirectoryCopy): DirectoryCopy['ring'] => {
  const at = copy.ring.findIndex((member) => member.copy === copy.id)
  return [...copy.ring.slice(at), ...copy.ring.slice(0, Math.max(0, at))]
}

function ownSweep(copy: DirectoryCopy, { sweepTS, phase, ring, visited }: Sweep): SweepView {
  const order = ring.length > 0 ? ring : [...visited.keys()]
  return {
    coordinator: visited.get(copy.id)!.pointer.server,
    sweepTS,
    phase,
    members: order.map((id) => {
      const { pointer, facts, load, written } = visited.get(id)!
      return { server: pointer.server, copy: id, looked: facts !== null, read: load !== null || phase === 'write', written }
    }),
  }
}

export function copyView(server: Server, copy: DirectoryCopy, version: number, passing: PassingSweeps, workingRoot: DirectoryId | null): CopyView {
  const { directory, id, state, epoch, lastSweep, stableMark, nextTS, visible, log, ring, outside } = copy
  const proposal = server.proposals.get(directory)
  const watch = server.sweepWatch.get(directory)
  return {
    directory,
    id,
    name: nameFrom(workingRoot, server, directory),
    state,
    inSN: inSNOf(visible) !== null,
    epoch,
    lastSweep,
    stableMark,
    nextTS,
    live: visible.live,
    logLength: log.length,
    ring: [...ring],
    excluded: [...copy.excluded],
    seals: copy.seals.map(({ epoch: sealed, committer, ring: members }) => ({ epoch: sealed, committer: committer.server, members: members.map((member) => member.server) })),
    proposal: proposal === undefined ? null : { epoch: proposal.epoch, waitingFor: proposal.servers.filter((other) => !proposal.answers.has(other)) },
    outside: outside === null ? null : { epoch: outside.epoch, ring: [...outside.ring], waiting: server.quarantines.get(directory)?.entries?.length ?? null, comparedAt: server.quarantines.get(directory)?.comparedAt ?? null },
    version,
    sweep: passing.of(copy, server.sweeps.get(directory)),
    heldBackBy: watch?.heldBackBy ?? null,
    alarm: watch?.alarm ? explain(watch.alarm) : null,
    sweeps: { started: watch?.started ?? 0, completed: watch?.completed ?? 0, failed: watch?.failed ?? 0 },
  }
}

/** The way up by back-references, as far as copies here show it. */
function nameFrom(begin: DirectoryId | null, server: Server, directory: DirectoryId): string {
  const labels: Label[] = []
  let at = directory
  for (let depth = 0; depth < 64 && at !== begin; depth++) {
    const copy = server.copies.get(at)
    const parent = copy && effectiveParent(copy)
    const label = parent?.label ?? labelIn(begin, server, at)
    if (label === null) return formatName({ from: at, up: 0, labels })
    labels.unshift(label)
    if (parent === undefined) break
    at = parent.parent
  }
  return formatName({ from: '/', up: 0, labels })
}

/** A directory's label in the working root, if it is a child of that and that is stored here. */
function labelIn(begin: DirectoryId | null, server: Server, directory: DirectoryId): Label | null {
  const root = begin === null ? undefined : server.copies.get(begin)
  for (const [label] of root === undefined ? [] : visibleChildren(root.visible.root)) if (root !== undefined && directoryNamed(root.visible, label) === directory) return label
  return null
}

/** What a root calls itself (`./Label`): for people, the DI is the name. */
export function rootLabel(server: Server, directory: DirectoryId | null): string {
  const root = directory === null ? undefined : server.copies.get(directory)
  return (root && stringAt(root.visible, ['.', 'Label'])) ?? 'root'
}
