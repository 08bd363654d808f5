/**
 * How far one server's own copies lead along a name ("The name space"; D2). One atomic action; who asked goes on from
 * where it ends.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, type Failure } from '../errors'
import { formatLabels, shown, type DirectoryId, type Label, type ServerId } from '../names'
import { MAX_RISE, MAX_WAY, type Request, type TrailStep, type Walked } from '../requests'
import type { Server } from '../server'
import type { Sees } from '../values/readValue'
import { visibleAt } from '../values/valueTree'
import { cacheableUntil } from './expiration'
import { goneHere, removedFrom, whenRemoved } from './gone'
import { recall } from './nameCache'
import { wayHere } from './ownNames'
import { effectiveParent } from '../entries/parents'
import { candidatesFor, childStoredHere, namedBy, serverIdOf, tellsName, upServer, type SightAt } from './reference'
import { wellKnownIn } from './wellKnown'

/** Names of servers that are told with a reference. */
const MAX_NAMES = 16

export function walk(server: Server, request: Extract<Request, { type: 'walk' }>, sightAt: SightAt): Walked | Failure {
  let { directory, up } = request
  let risen = 0
  const rest = [...request.labels]
  const steps: TrailStep[] = []
  let servers: ServerId[] = candidatesFor(server, directory)
  let names: string[] = []
  const end = (outcome: Walked['outcome'], entity: Label | null, link: string | null = null): Walked => ({ steps, directory, servers, names, up, rest, outcome, failure: null, link, entity })
  const lost = (failed: Failure): Walked | Failure => (steps.length === 0 ? failed : { ...end('lost', null), failure: failed })
  const told = (child: DirectoryCopy | undefined): DirectoryCopy | undefined => (child !== undefined && tellsName(server, child, sightAt) ? child : undefined)
  for (let first = true; ; first = false) {
    const copy = server.copies.get(directory)
    if (copy?.state !== 'active') {
      const child = up === 0 && rest[0] !== undefined ? told(childStoredHere(server, directory, rest[0])) : undefined
      const known = up === 0 && child === undefined ? wayHere(server, directory, rest) : []
      const way = told(server.copies.get(known.at(-1)?.to as DirectoryId)) === undefined ? [] : known
      const last = way.at(-1)
      if (last !== undefined) {
        steps.push(...way.map((step) => ({ ...step, cached: false })))
        rest.splice(0, way.length)
        directory = last.to as DirectoryId
        servers = candidatesFor(server, directory)
        names = []
        continue
      }
      if (child === undefined && first && isClimbing(server, directory)) {
        servers = [upServer(server)!]
        return end('on', request.entity)
      }
      const path = child === undefined && first && request.begins ? wellKnownHere(server, directory, sightAt) : null
      if (path !== null) {
        steps.push({ directory: server.root!, label: directory, found: 'wellKnown', to: formatLabels(path), server: server.id, asOf: server.copies.get(server.root!)!.lastSweep, validUntil: null, cached: false, ownName: false })
        directory = server.root!
        const labels = path.slice(0, Math.max(0, path.length - up))
        up -= path.length - labels.length
        rest.unshift(...labels)
        if (rest.length > MAX_WAY) return failure('BadName', { name: `#${request.directory}/${formatLabels(request.labels)}`, reason: `from the root it has more than ${MAX_WAY} labels` })
        servers = candidatesFor(server, directory)
        continue
      }
      if (child === undefined) return first ? notHere(server, directory) : end('on', request.entity)
      const label = rest.shift()!
      const validUntil = recall(server.names, directory, label, server.latest)?.validUntil ?? null
      steps.push({ directory, label, found: 'directory', to: child.directory, server: server.id, asOf: child.lastSweep, validUntil, cached: false, ownName: true })
      directory = child.directory
      servers = candidatesFor(server, directory)
      names = []
      continue
    }
    if (up > 0) {
      const parent = effectiveParent(copy)
      if (parent === undefined) return lost(failure('NotFound', { name: `#${directory}/..`, reason: 'a root has no parent' }))
      if (++risen > MAX_RISE) return lost(failure('NotFound', { name: `#${request.directory}/..`, reason: 'going up from there never ends' }))
      up--
      steps.push({ directory, label: '..', found: 'up', to: parent.parent, server: server.id, asOf: copy.lastSweep, validUntil: null, cached: false, ownName: false })
      directory = parent.parent
      servers = candidatesFor(server, directory)
      names = []
      continue
    }
    const label = rest[0] ?? request.entity
    if (label === null) return end('found', null)
    const isEntity = rest.length === 0
    const sees = sightAt(copy)
    const named = namedBy(copy.visible, label, sees)
    const step = (found: TrailStep['found'], to = ''): void => void steps.push({ directory, label, found, to, server: server.id, asOf: copy.lastSweep, validUntil: cacheableUntil(copy, label, server.latest, sees), cached: false, ownName: false })
    if (named?.type === 'link') {
      step('link', named.to)
      if (!isEntity) rest.shift()
      return end(visibleAt(copy.visible, [label, 'Link', 'Moved']) === undefined ? 'link' : 'moved', isEntity ? null : request.entity, named.to)
    }
    if (isEntity) return end('found', request.entity)
    if (named === null) return lost(notFound(copy, label, sees))
    if (named.type !== 'directory') {
      if (rest.length > 1 || request.entity !== null) return lost(failure('NotADirectory', { name: `#${directory}/${shown(formatLabels([label]))}` }))
      step('entry')
      rest.shift()
      return end('found', label)
    }
    step('directory', named.directory)
    rest.shift()
    directory = named.directory
    servers = candidatesFor(server, directory, named.servers)
    names = named.servers.filter((name) => serverIdOf(server, name) === undefined).slice(0, MAX_NAMES)
  }
}

/** Of a directory that was removed this is said by whoever knows it. */
function notHere(server: Server, directory: DirectoryId): Failure {
  const gone = goneHere(server, directory)
  return gone === null ? failure('NoCopyHere', { server: server.name, directory }) : failure('NotFound', { name: `#${directory}`, reason: whenRemoved(gone.when) })
}

/** Where the root that is stored here says that a directory is, if it is well-known [O1]. */
function wellKnownHere({ root, copies }: Server, directory: DirectoryId, sightAt: SightAt): Label[] | null {
  const copy = root === null ? undefined : copies.get(root)
  const path = copy?.state === 'active' ? wellKnownIn(copy.visible, directory) : null
  return path === null || path[0] === undefined || sightAt(copy!)([path[0]]) ? path : null
}

/** S3: towards the root, for which this server has no copy; or for what nobody here knows, and the root may. */
function isClimbing(server: Server, directory: DirectoryId): boolean {
  const isUp = server.root !== null && server.copies.get(server.root)?.state !== 'active' && upServer(server) !== undefined
  return isUp && (directory === server.root || candidatesFor(server, directory).length === 0)
}

function notFound(copy: DirectoryCopy, label: Label, sees: Sees): Failure {
  return failure('NotFound', { name: shown(formatLabels([label])), reason: (sees([label]) ? removedFrom(copy, label) : null) ?? `the directory #${directoryText(copy.directory)} has no such name` })
}
const directoryText = (directory: DirectoryId): string => `${directory.slice(0, 6)}…`
