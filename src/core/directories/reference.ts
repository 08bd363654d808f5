/**
 * DR, Link and Server: the entries of a directory that name something else, as they stand in its tree (SPEC §4).
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { parseStored, type DirectoryId, type FullName, type Label, type ServerId } from '../names'
import { isFailure } from '../errors'
import { serverNameOf, type Server } from '../server'
import { seesAll, stringAt, type Sees, type Tree } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { goneHere } from './gone'
import { effectiveParent } from '../entries/parents'
import { directoryNamed, serverNamed } from '../entries/named'
import { labelsAt } from '../entries/serverEntry'
import { beginningAt } from './wellKnown'

/** What a label in a directory names: one thing (SPEC §1). */
export type Named = { type: 'directory'; directory: DirectoryId; servers: string[] } | { type: 'link'; to: string } | { type: 'server'; server: ServerId } | { type: 'entry' }

/** What somebody sees in a copy. */
export type SightAt = (copy: DirectoryCopy) => Sees

/** As somebody sees it: what makes it a directory, a link or a server may not be theirs to read [A5]. */
export function namedBy(tree: ValueTree, label: Label, sees: Sees = seesAll): Named | null {
  if (visibleAt(tree, [label]) === undefined || !sees([label])) return null
  const directory = directoryNamed(tree, label, sees)
  if (directory !== undefined) return { type: 'directory', directory, servers: labelsAt(tree, [label, 'DR', 'Servers']).filter((name) => sees([label, 'DR', 'Servers', name])) }
  const to = stringAt(tree, [label, 'Link', 'To'], sees)
  if (to !== undefined) return { type: 'link', to }
  const server = serverNamed(tree, label, sees)
  return server === undefined ? { type: 'entry' } : { type: 'server', server }
}

/** A link's target as an absolute name: relative ones begin at the directory that holds them, `/` at the root. */
export function linkTarget(server: Pick<Server, 'root'>, holder: DirectoryId, to: string): FullName | null {
  const name = parseStored(to)
  if (isFailure(name)) return null
  if (name.from === '.') return { ...name, from: holder }
  if (name.from === '/') return server.root === null ? null : { ...name, from: server.root }
  return name
}

/**
 * The child of a directory by its own word: a copy here whose effective parent and label are these. So a server finds the
 * directories that it stores without any copy of their parents ("directories are expected to cache their names"). Only once the
 * name is known to be its own: that of one that was just made, or moved, may be another's [M6].
 */
export function childStoredHere(server: Server, parent: DirectoryId, label: Label): DirectoryCopy | undefined {
  const copy = childSaidHere(server, parent, label)
  return copy !== undefined && isNamed(server, copy) ? copy : undefined
}

/** The same, whether or not somebody else has the name. */
export function childSaidHere(server: Server, parent: DirectoryId, label: Label): DirectoryCopy | undefined {
  for (const copy of server.copies.values()) {
    if (copy.state !== 'active') continue
    const effective = effectiveParent(copy)
    if (effective?.parent === parent && effective.label === label) return copy
  }
  return undefined
}

/** Whether its reference was found in the parent; not looked at since the start, it was if the record is old and decided. */
function isNamed({ referenced }: Server, copy: DirectoryCopy): boolean {
  const { key, ts, verdict } = effectiveParent(copy)!
  const known = referenced.get(copy.directory)
  return known === undefined ? verdict === 'settled' && ts < copy.stableMark : known.record === key
}

/** A5: whether a directory tells its name to somebody: by what it says itself, or by the copy here of its parent. */
export function tellsName({ copies }: Server, copy: DirectoryCopy, sightAt: SightAt): boolean {
  const named = effectiveParent(copy)
  const above = named && copies.get(named.parent)
  return named !== undefined && (sightAt(copy)(['.', 'BR', named.key, named.label]) || (above?.state === 'active' && sightAt(above)([named.label])))
}

/** The identifier behind a server's name: by its entry, if this server stores the directories on the way, else by what others said. */
export function serverIdOf(server: Server, serverName: string): ServerId | undefined {
  const name = parseStored(serverName)
  const entered = isFailure(name) || name.from === '.' || name.from === '/' ? undefined : enteredHere(server, name.from, name.labels)
  if (entered !== undefined) return entered
  // By its own word, and of which service: others may have given the same name to theirs.
  for (const peer of server.peers.values()) if (peer.name === serverName || serverNameOf(peer) === serverName) return peer.server
  for (const copy of server.copies.values()) for (const member of copy.ring) if (member.name === serverName) return member.server
  return undefined
}

/** The server at the end of a path, as far as copies here lead. */
function enteredHere(server: Server, from: DirectoryId, path: readonly Label[]): ServerId | undefined {
  const begin = beginningAt(server, from, path)
  let directory: DirectoryId | undefined = begin.directory
  for (const label of begin.labels.slice(0, -1)) {
    const tree: ValueTree | undefined = directory && server.copies.get(directory)?.visible
    const named: Named | null | undefined = tree && namedBy(tree, label)
    directory = named?.type === 'directory' ? named.directory : directory && childStoredHere(server, directory, label)?.directory
  }
  const tree = directory && server.copies.get(directory)?.visible
  const [label] = begin.labels.slice(-1)
  return tree && label !== undefined ? serverNamed(tree, label) : undefined
}

/** The server that this one points up to, by the copy that it stores of that one's directory [S3]. */
export function upServer({ up, copies }: Server): ServerId | undefined {
  const tree = up === null ? undefined : copies.get(up.directory)?.visible
  return tree && serverNamed(tree, up!.label)
}

/** Where copies of a directory may be; the root, where nobody in reach is known for it, at whoever is connected. */
export function candidatesFor(server: Server, directory: DirectoryId, serverNames: readonly string[] = []): ServerId[] {
  const known = knownFor(server, directory, serverNames)
  return directory !== server.root || areInReach(server, known) ? known : [...new Set([...known, ...notOfAnother(server)])]
}

const areInReach = (server: Server, all: readonly ServerId[]): boolean => all.some((si) => si === server.id || server.peers.has(si))

/** Who is known, or said, to store a directory: this server, the ring or references it knows, then whoever greeted with one; for the root where the up pointer leads, too [S3]. */
export function knownFor(server: Server, directory: DirectoryId, serverNames: readonly string[] = []): ServerId[] {
  const copy = server.copies.get(directory)
  const isHere = copy?.state === 'active'
  const all = new Set<ServerId | undefined>(isHere ? [server.id] : [])
  for (const member of copy?.outside?.ring ?? copy?.ring ?? []) all.add(member.server)
  for (const name of serverNames) all.add(serverIdOf(server, name))
  for (const si of server.hints.get(directory) ?? []) all.add(si)
  if (directory === server.root && !isHere) all.add(upServer(server))
  return [...all].filter((si) => si !== undefined && (si !== server.id || isHere)) as ServerId[]
}

/** The first word on a link, which says who knows the root, may have been lost: whoever has not named another may know it. */
const notOfAnother = ({ peers, root }: Server): ServerId[] => [...peers].flatMap(([other, peer]) => (peer.root === null || peer.root === root ? [other] : []))

/** Who may store a directory, for who asks: of one for which nobody in reach is known also whom references here name. */
export function referredTo(server: Server, directory: DirectoryId): ServerId[] {
  const known = candidatesFor(server, directory)
  return areInReach(server, known) ? known : [...new Set([...known, ...namedInReferences(server, directory)])]
}

/** Whom to ask for a directory: that, and, as its copies may have gone elsewhere, whoever is connected. */
export function whomToAsk(server: Server, directory: DirectoryId): ServerId[] {
  const gone = goneHere(server, directory) === null ? [] : [server.id]
  return [...new Set([...gone, ...referredTo(server, directory), ...server.peers.keys()])]
}

/** The servers that references stored here list for a directory. */
function namedInReferences(server: Server, directory: DirectoryId): ServerId[] {
  const active = [...server.copies.values()].filter(({ state }) => state === 'active')
  return active.flatMap(({ visible }) => [...visibleChildren(visible.root)].flatMap(([label]) => (directoryNamed(visible, label) === directory ? labelsAt(visible, [label, 'DR', 'Servers']) : []))).flatMap((name) => serverIdOf(server, name) ?? [])
}

/** The tree of a directory reference: `SRC/DR/{DI, InSN/<rank>, Servers}`. */
export const referenceTree = (directory: DirectoryId, serverNames: readonly string[], rank: number | null = null): Tree => [
  [
    'DR',
    [
      ['DI', [[directory, true]]],
      ...(rank === null ? [] : [['InSN', [[String(rank), true]]] as const]),
      ['Servers', serverNames.map((name): [Label, Tree] => [name, true])],
    ],
  ],
]
