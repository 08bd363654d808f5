/** NewEpoch and what follows from it, for programs and for the page (SPEC §9). */
import { failure, NameServiceError } from '../core/errors'
import { shortName } from '../core/server'
import type { DirectoryId, FullName, Label, ServerId } from '../core/names'
import { NEXT } from '../core/entries/planned'
import type { Change, CopyState, NewEpoch, Outcomes, Quarantined, QuarantineEntry, Request } from '../core/requests'
import type { Timestamp } from '../core/timestamp'
import { below, type Tree } from '../core/values/readValue'
import { ask, type Connection } from './connection'
import type { EpochOptions, EpochPreview, NameService, Written } from './nameService'

/** s */
const PATIENCE = 20

type EpochCalls = Pick<NameService, 'newEpoch' | 'previewEpoch' | 'baptise' | 'abandon' | 'quarantine' | 'compare' | 'reapply' | 'discard' | 'copyOn'>

export function epochCalls(connection: Connection, directoryOf: (fn: string) => Promise<DirectoryId>, lookup: (fn: string) => Promise<{ directory: DirectoryId; servers: ServerId[] }>, serverOf: (sn: string) => Promise<ServerId>, write: (name: FullName, change: Change) => Promise<Written>): EpochCalls {
  const at = <T extends Request['type']>(servers: readonly ServerId[], request: Extract<Request, { type: T }>): Promise<Outcomes[T]> => ask(connection, { type: 'ask', servers: [...servers], request })
  const self = (): ServerId => connection.self().id
  const all = (sns: readonly string[]): Promise<ServerId[]> => Promise.all(sns.map(serverOf))

  const newEpoch = async (fn: string, sns: readonly string[], { force = false, patience = PATIENCE }: EpochOptions, dry: boolean): Promise<NewEpoch> => {
    if (sns.length === 0) throw new NameServiceError(failure('BadRequest', { reason: 'an epoch needs at least one server' }))
    const directory = await directoryOf(fn)
    const servers = await all(sns)
    return at([servers.includes(self()) ? self() : servers[0]!], { type: 'newEpoch', directory, servers, force, patience: Math.round(patience * 1000), dry })
  }

  const entriesOf = async (directory: DirectoryId, server: ServerId): Promise<Quarantined> => at([server], { type: 'quarantine', directory })

  const settle = async (directory: DirectoryId, server: ServerId, stamps: readonly Timestamp[]): Promise<number> => (await at([server], { type: 'settle', directory, stamps: [...stamps] })).left

  return {
    newEpoch: (fn, sns, options = {}) => newEpoch(fn, sns, options, false),
    async previewEpoch(fn, sns, options = {}) {
      const directory = await directoryOf(fn)
      try {
        const { excluded } = await newEpoch(fn, sns, options, true)
        return { fault: null, excluded, ...(await whatIsAlone(at, directory, await all(sns), excluded)) }
      } catch (error) {
        if (!(error instanceof NameServiceError)) throw error
        return { fault: error, excluded: [], alone: [], unknown: [] }
      }
    },
    async baptise(fn, epoch, sn) {
      const directory = await directoryOf(fn)
      await at([self()], { type: 'baptise', directory, epoch, server: await serverOf(sn) })
    },
    async abandon(fn, sns) {
      const { directory, servers } = await lookup(fn)
      const left = new Set(await all(sns))
      const { excluded } = await at(servers, { type: 'state', directory })
      return (await at(servers, { type: 'abandon', directory, copies: excluded.filter(({ server }) => left.has(server)).map(({ copy }) => copy) })).excluded
    },
    copyOn: async (fn, sn) => at([await serverOf(sn)], { type: 'state', directory: await directoryOf(fn) }),
    async quarantine(fn, sn) {
      return (await entriesOf(await directoryOf(fn), sn === undefined ? self() : await serverOf(sn))).entries
    },
    async compare(fn) {
      await at([self()], { type: 'compare', directory: await directoryOf(fn) })
    },
    async reapply(fn, stamps) {
      const directory = await directoryOf(fn)
      const entries = (await entriesOf(directory, self())).entries ?? []
      let left = entries.length
      for (const { ts, procedure, changes } of entries.filter((entry) => stamps === undefined || stamps.includes(entry.ts))) {
        for (const { path, tree } of changes) await write({ from: directory, up: 0, labels: [] }, changeOf(procedure, path, tree))
        left = await settle(directory, self(), [ts])
      }
      return left
    },
    async discard(fn, stamps) {
      const directory = await directoryOf(fn)
      const entries = (await entriesOf(directory, self())).entries ?? []
      return settle(directory, self(), stamps ?? entries.map(({ ts }) => ts))
    },
  }
}

/** A node that was new replaces what stands there by now, as it did where it was made. */
function changeOf(procedure: QuarantineEntry['procedure'], path: readonly Label[], tree: Tree): Change {
  const [label = '', second = '', ...rest] = path
  const under = (...labels: Label[]): Change['under'] => ({ labels, incarnations: null })
  switch (procedure) {
    case 'setLink':
      return { procedure, under: under(), tree: [[label, tree]], replace: false }
    case 'setTX':
      return { procedure, under: under(label), tree: rest.length > 0 ? [[rest[0]!, tree]] : tree, replace: false }
    case 'plan':
      return tree === false ? { procedure, under: under(label, second), tree, replace: false } : { procedure, under: under(label), tree: below(tree, [NEXT]) ?? false, replace: true }
    case 'doUpdates':
      return { procedure, under: under(...path), tree, replace: tree !== false }
  }
}

/** Asks the copies that would be left out for their logs, and compares them with those of the chosen. */
async function whatIsAlone(at: (servers: readonly ServerId[], request: Extract<Request, { type: 'state' }>) => Promise<CopyState>, directory: DirectoryId, chosen: readonly ServerId[], excluded: NewEpoch['excluded']): Promise<Pick<EpochPreview, 'alone' | 'unknown'>> {
  const stateOf = async (server: ServerId): Promise<CopyState | null> => {
    try {
      return await at([server], { type: 'state', directory })
    } catch (error) {
      if (error instanceof NameServiceError) return null
      throw error
    }
  }
  const inside = await Promise.all(chosen.map(stateOf))
  const known = new Set(inside.flatMap((state) => state?.log.map(([ts]) => ts) ?? []))
  const mark = inside.map((state) => state?.stableMark ?? '').reduce((a, b) => (a > b ? a : b), '')
  const outside = await Promise.all(excluded.map(async ({ server, name }) => ({ server, name: shortName(name), state: await stateOf(server) })))
  return {
    alone: outside.flatMap(({ server, name, state }) => (state === null ? [] : [{ server, name, updates: state.log.filter(([ts]) => ts >= mark && !known.has(ts)) }])),
    unknown: outside.filter(({ state }) => state === null).map(({ server, name }) => ({ server, name })),
  }
}
