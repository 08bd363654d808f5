/** What all servers in reach have under way, and a removal that nobody works on any more taken back (SPEC §13, S5). */
import { WITHDRAWN } from '../core/entries/serverEntry'
import { failure, NameServiceError } from '../core/errors'
import { formatLabels, type DirectoryId, type FullName, type Label, type ServerId } from '../core/names'
import type { Change, Outcomes } from '../core/requests'
import { worksOn, type Announced, type UnderWay } from '../core/work'
import { ask, fromRoot, type Connection } from './connection'
import type { NameService, UnderWayReport, Written } from './nameService'

type UnderWayCalls = Pick<NameService, 'underWay' | 'keepS'>

export function underWayCalls(connection: Connection, root: () => DirectoryId, serverPath: (sn: string) => Label[], write: (name: FullName, change: Change) => Promise<Written>): UnderWayCalls {
  const underWay = async (): Promise<UnderWayReport> => {
    const directory = root()
    const { id, name: own } = connection.self()
    const servers = [{ server: id, name: own }, ...connection.peers()]
    return reportOf(connection, await Promise.all(servers.map(async ({ server, name }) => ({ server, name, said: await saidBy(server, directory) }))))
  }
  /** Null when it does not say. */
  const saidBy = async (server: ServerId, directory: DirectoryId): Promise<UnderWay | null> => {
    try {
      return await ask<Outcomes['underWay']>(connection, { type: 'ask', servers: [server], request: { type: 'underWay', directory } })
    } catch (error) {
      if (error instanceof NameServiceError) return null
      throw error
    }
  }
  return {
    underWay,
    async keepS(sn) {
      const path = serverPath(sn)
      const { open } = await underWay()
      const about = `/${formatLabels(path)}`
      const working = open.find((work) => (work.kind === 'removeS' || work.kind === 'removeLost') && work.about === about)
      if (working !== undefined) throw new NameServiceError(failure('StillUnderWay', { name: about, server: working.name }))
      await write({ from: root(), up: 0, labels: path.slice(0, -1) }, { procedure: 'removeS', under: { labels: [path.at(-1)!, 'Server', WITHDRAWN], incarnations: null }, tree: false, replace: false })
    },
  }
}

/** By the clock here, and by names from the root. */
function reportOf(connection: Connection, told: readonly { server: ServerId; name: string; said: UnderWay | null }[]): UnderWayReport {
  const now = connection.now()
  const heard = told.flatMap(({ server, name, said }) => (said === null ? [] : [{ server, name, said, ahead: said.now - now }]))
  const open = heard.flatMap(({ server, name, said, ahead }) => said.work.map((work) => ({ ...work, server, name, about: fromRoot(connection, work.about), since: work.since === null ? null : work.since - ahead })))
  const announced = new Map<string, Announced>(heard.flatMap(({ said }) => said.announced.map((each): [string, Announced] => [`${each.directory} ${each.label}`, each])))
  const leftOpen = [...announced.values()].filter((each) => !heard.some(({ said }) => said.work.some((work) => worksOn(work, each))))
  return {
    open: open.toSorted((a, b) => (a.since ?? now) - (b.since ?? now)),
    leftOpen: leftOpen.map((each) => ({ ...each, name: fromRoot(connection, each.name) })),
    unheard: told.filter(({ said }) => said === null).map(({ name }) => name),
  }
}
