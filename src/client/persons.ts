/**
 * Who somebody is, for programs ("Authentication": an entry has keys, and a directory knows a key by the entries that have it;
 * SPEC §14): names taken and given, keys added and removed, invitations made, looked at and used.
 */
import type { Access } from '../core/auth/whoMay'
import type { Right } from '../core/auth/access'
import { KEYS, INVITED } from '../core/auth/keys'
import { parsePrincipalPattern } from '../core/auth/principal'
import { failure, isFailure, NameServiceError } from '../core/errors'
import { formatName, nameBelow, type DirectoryId, type FullName, type Label } from '../core/names'
import type { Found } from '../core/directories/lookup'
import type { Change, Drafted, Outcomes, ReadOutcome } from '../core/requests'
import type { EncodedNode } from '../core/values/encodeTree'
import type { Tree } from '../core/values/readValue'
import type { Timestamp } from '../core/timestamp'
import { ask, fromRoot, type Connection, type Names, type OneTimeKey } from './connection'
import { formatInvitation, parseInvitation, type Invitation } from './invitation'
import type { InvitationReport, KnownKey, NameService, OpenInvitation, WriteOptions, Written } from './nameService'

type PersonCalls = Pick<NameService, 'introduce' | 'whoAmI' | 'fingerprint' | 'keys' | 'addKey' | 'removeKey' | 'invite' | 'invitations' | 'withdraw' | 'invitation' | 'enrol'>

type Write = (name: FullName, change: Change, options?: WriteOptions, as?: OneTimeKey) => Promise<Written>

/** ms */
const USUAL_LIFE = 7 * 86_400_000
const LONGEST_LIFE = 30 * 86_400_000
/** Directories above one whose name is made out. */
const DEEPEST = 16

/** An entry, wherever links led. */
interface Place {
  directory: FullName & { from: DirectoryId }
  label: Label
}

/** What of an entry says who it is. */
interface Entry {
  exists: boolean
  /** It is a directory, a link or a server: nobody's name. */
  isOther: boolean
  keys: KnownKey[]
  invitations: OpenInvitation[]
}

export function personCalls(connection: Connection, names: Names, write: Write): PersonCalls {
  const placeOf = async (vd: string): Promise<Place> => {
    const { name, path } = names.designator(vd)
    const [label, ...deeper] = path.length === 0 ? name.labels.slice(-1) : path
    if (label === undefined || deeper.length > 0) throw new NameServiceError(failure('BadName', { name: vd, reason: 'a person is an entry of a directory, such as /DEC/SRC:Lampson' }))
    const within: FullName = path.length === 0 ? { ...name, labels: name.labels.slice(0, -1) } : name
    const { directory, entity } = await ask<Found>(connection, { type: 'lookup', name: within, entity: label })
    if (entity === null) throw new NameServiceError(failure('NotAnEntry', { name: vd, to: await directoryName(directory) }))
    return { directory: { from: directory, up: 0, labels: [] }, label: entity }
  }
  const nameOf = ({ directory, label }: Place): string => formatName({ ...directory, labels: [label] })
  /** The name of a directory from the working root, by what it and those above say of themselves; its identifier where they cannot be asked. */
  const directoryName = async (directory: DirectoryId): Promise<string> => {
    const labels: Label[] = []
    let at = directory
    for (let depth = 0; depth < DEEPEST; depth++) {
      const { servers } = await ask<Found>(connection, { type: 'lookup', name: { from: at, up: 0, labels: [] }, entity: null })
      const { parent, label } = await ask<Outcomes['parent']>(connection, { type: 'ask', servers, request: { type: 'parent', directory: at } })
      if (parent === null || label === null) break
      labels.unshift(label)
      at = parent
    }
    return fromRoot(connection, formatName({ from: at, up: 0, labels }))
  }

  const spoken = async ({ directory, label }: Place): Promise<string> => nameBelow(await directoryName(directory.from), label)

  const nodesAt = async (directory: Place['directory'], path: Label[]): Promise<{ tree: EncodedNode | null; writers: Map<Timestamp, string>; enrolled: Set<Timestamp> }> => {
    const { nodes } = await ask<ReadOutcome>(connection, { type: 'at', name: directory, request: { type: 'read', directory: directory.from, path, form: 'nodes', after: null } })
    return { tree: nodes?.tree ?? null, writers: new Map(nodes?.writers ?? []), enrolled: new Set(nodes?.enrolled ?? []) }
  }
  const openIn = (label: Label, invited: readonly EncodedNode[], writers: ReadonlyMap<Timestamp, string>): Promise<OpenInvitation>[] =>
    invited.filter(isPresent).map(async ([key, ts, , ...times]) => ({ label, key, fingerprint: await connection.fingerprint(key), until: Date.parse(times.find(isPresent)?.[0] ?? ''), by: writers.get(ts) ?? null }))

  const entryAt = async ({ directory, label }: Place): Promise<Entry> => {
    const { tree, writers, enrolled } = await nodesAt(directory, [label])
    const [, , mark, ...below] = tree ?? [label, '' as Timestamp, ABSENT]
    const arcs = (second: Label): EncodedNode[] => childrenOf(below.find((each) => each[0] === second))
    const keys = arcs(KEYS).filter(isPresent).map(async ([key, ts, , ...noted]): Promise<KnownKey> => {
      return { key, fingerprint: await connection.fingerprint(key), ts, by: writers.get(ts) ?? null, isInvited: enrolled.has(ts), isRecovery: noted.some((each) => each[0] === RECOVERY && isPresent(each)) }
    })
    const invitations = openIn(label, arcs(INVITED), writers)
    const isOther = below.some((each) => isPresent(each) && NOBODYS.has(each[0]))
    return { exists: mark === PRESENT, isOther, keys: (await Promise.all(keys)).toSorted((a, b) => (a.ts < b.ts ? -1 : 1)), invitations: await Promise.all(invitations) }
  }
  const personAt = async (place: Place): Promise<Entry> => {
    const entry = await entryAt(place)
    if (entry.isOther) throw new NameServiceError(failure('NameTaken', { name: await spoken(place), reason: 'it names a directory, a link or a server', next: 'Choose another name' }))
    return entry
  }
  const change = (place: Place, tree: Tree, options?: WriteOptions): Promise<Written> => write(place.directory, { procedure: 'doUpdates', under: { labels: [place.label], incarnations: null }, tree, replace: false }, options)
  const accessAt = (name: FullName, path: Label[], about: string | null): Promise<Access> => ask<Access>(connection, { type: 'at', name, request: { type: 'access', directory: placeholder, path, about } })

  /** A name near to this one that nobody has. */
  const freeName = async ({ directory, label }: Place): Promise<Label> => {
    const { labels } = await ask<ReadOutcome>(connection, { type: 'at', name: directory, request: { type: 'read', directory: directory.from, path: [], form: 'labels', after: null } })
    for (let number = 2; ; number++) if (labels?.includes(`${label}${number}`) !== true) return `${label}${number}`
  }

  const invitationsAt = async (vd: string): Promise<OpenInvitation[]> => {
    const { name, path } = names.designator(vd)
    const found = path.length > 0 ? null : await ask<Found>(connection, { type: 'lookup', name, entity: null })
    if (found?.entity !== null) return (await entryAt(await placeOf(vd))).invitations
    const { tree, writers } = await nodesAt({ from: found.directory, up: 0, labels: [] }, [])
    return Promise.all(childrenOf(tree ?? undefined).filter(isPresent).flatMap((entry) => openIn(entry[0], childrenOf(childrenOf(entry).find(([label]) => label === INVITED)), writers)))
  }

  const enrolment = ({ key, label }: Invitation): Change => ({ procedure: 'enrol', under: { labels: [label], incarnations: null }, tree: [[INVITED, [[key, false]]], [KEYS, [[connection.person(), true]]]], replace: false })

  const wholeInvitation = (text: string): { invitation: Invitation; place: Place } => {
    const invitation = parseInvitation(text)
    if (invitation === null) throw new NameServiceError(failure('BadRequest', { reason: 'the invitation is not whole: it was cut short or mistyped. Copy the link again' }))
    return { invitation, place: { directory: { from: invitation.directory, up: 0, labels: [] }, label: invitation.label } }
  }
  return {
    async introduce(vd, options) {
      const place = await placeOf(vd)
      const { exists, keys } = await personAt(place)
      const isMine = keys.some(({ key }) => key === connection.person())
      if (keys.length > 0 && !isMine) {
        const free = await freeName(place)
        throw new NameServiceError(failure('NameTaken', { name: await spoken(place), reason: 'somebody else has it, with keys of their own', next: `${free} is free; or, if it is you, have yourself invited from the device that has it`, free }))
      }
      const written = await change(place, [[KEYS, [[connection.person(), true]]]], options)
      connection.myself.entry = nameOf(place)
      return { ...written, name: await spoken(place), isNew: !exists }
    },
    async whoAmI(fn = '/') {
      const name = names.name(fn)
      const { directory } = await ask<Found>(connection, { type: 'lookup', name, entity: null })
      const at: Place['directory'] = { from: directory, up: 0, labels: [] }
      const { key, owner, isOpen, names: known } = await accessAt(at, [], null)
      const mine = key ?? connection.person()
      const entries = known.flatMap((each) => labelIn(each) ?? []).map(async (label) => {
        const { keys } = await entryAt({ directory: at, label })
        const standing = keys.find((one) => one.key === mine)
        return { name: await spoken({ directory: at, label }), ts: standing?.ts ?? null, by: standing?.by ?? null, isInvited: standing?.isInvited ?? false }
      })
      return { key: mine, fingerprint: await connection.fingerprint(mine), directory, owner, isOwner: owner === mine, isOpen, names: known, entries: await Promise.all(entries) }
    },
    fingerprint: (key) => connection.fingerprint(key),
    async keys(vd) {
      return (await entryAt(await placeOf(vd))).keys
    },
    async addKey(vd, key, { recovery = false, ...options } = {}) {
      const pattern = parsePrincipalPattern(key)
      if (isFailure(pattern) || pattern.type !== 'key') throw new NameServiceError(failure('BadRequest', { reason: 'a key begins with ed25519: or p256:' }))
      const place = await placeOf(vd)
      await personAt(place)
      return change(place, [[KEYS, [[key, recovery ? [[RECOVERY, true]] : true]]]], options)
    },
    async removeKey(vd, key, options) {
      const place = await placeOf(vd)
      const written = await change(place, [[KEYS, [[key, false]]]], options)
      if (key === connection.person() && connection.myself.entry === nameOf(place)) connection.myself.entry = null
      return written
    },
    async invite(vd, { until = connection.now() + USUAL_LIFE, ...options } = {}) {
      const now = connection.now()
      if (!(until > now && until <= now + LONGEST_LIFE)) throw new NameServiceError(failure('BadRequest', { reason: 'an invitation is open until a time from now on, in 30 days at the latest' }))
      const place = await placeOf(vd)
      const { invitations } = await personAt(place)
      const { key, secret } = await connection.oneTimeKey()
      const expired = invitations.filter((each) => !(each.until >= now)).map((each): [Label, Tree] => [each.key, false])
      await change(place, [[INVITED, [[key, [[new Date(until).toISOString(), true]]], ...expired]]], options)
      return { invitation: formatInvitation({ directory: place.directory.from, label: place.label, key, secret, until: Math.floor(until) }), key, until, name: await spoken(place) }
    },
    async invitations(vd) {
      const all = await invitationsAt(vd)
      return all.filter(({ until }) => until >= connection.now()).toSorted((a, b) => a.until - b.until)
    },
    async withdraw(vd, key, options) {
      return change(await placeOf(vd), [[INVITED, [[key, false]]]], options)
    },
    async invitation(text): Promise<InvitationReport> {
      const { invitation, place } = wholeInvitation(text)
      const { directory, label } = place
      const drafted = ask<Drafted>(connection, { type: 'at', name: directory, request: { type: 'draft', directory: placeholder, change: enrolment(invitation) } })
      const [fault, keys, seen, ...reports] = await Promise.all([faultOf(drafted), entryAt(place), accessAt(directory, [label, KEYS], null), accessAt(directory, [label], invitation.key), accessAt(directory, [], invitation.key), accessAt(directory, ['.'], invitation.key)])
      const [own, all, self] = reports.map(({ allowed }) => allowed.map(([right]) => right)) as [Right[], Right[], Right[]]
      const [{ isOpen, owner }] = reports
      return { name: await spoken(place), directory: await directoryName(directory.from), label, until: invitation.until, fault, isMine: keys.keys.some(({ key }) => key === connection.person()), keys: keys.keys, isHidden: !seen.allowed.some(([right]) => right === 'read'), isOpen, owner, rights: { own, all, self } }
    },
    async enrol(text, options) {
      const { invitation, place } = wholeInvitation(text)
      const { keys } = await entryAt(place)
      if (keys.some(({ key }) => key === connection.person())) throw new NameServiceError(failure('BadRequest', { reason: `this key is ${await spoken(place)} already, so the invitation was not used: it is still open for another` }))
      const written = await write(place.directory, enrolment(invitation), options, invitation)
      connection.myself.entry = nameOf(place)
      return { ...written, name: await spoken(place) }
    },
  }
}

/** Filled in by the lookup that comes before. */
const placeholder = 'a'.repeat(20) as DirectoryId

/** Below a key that a backup holds. */
const RECOVERY = 'recovery'
/** What else than a person has a label. */
const NOBODYS: ReadonlySet<Label> = new Set(['DR', 'Link', 'Server'])

const [PRESENT, ABSENT] = [1, 2]
const isPresent = ([, , mark]: EncodedNode): boolean => mark === PRESENT
const childrenOf = (node: EncodedNode | undefined): EncodedNode[] => (node === undefined ? [] : (node.slice(3) as EncodedNode[]))

/** The label of an entry of the directory itself. */
function labelIn(name: string): Label | null {
  const pattern = parsePrincipalPattern(name)
  return !isFailure(pattern) && pattern.type === 'relative' && pattern.up === 0 && pattern.labels.length === 1 ? (pattern.labels[0] ?? null) : null
}

async function faultOf(asked: Promise<unknown>): Promise<NameServiceError | null> {
  try {
    await asked
    return null
  } catch (error) {
    if (error instanceof NameServiceError) return error
    throw error
  }
}
