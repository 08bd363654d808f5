/**
 * Certificates on request: a directory states who a name of its is ("Key k authenticates the principal whose name is N relative to
 * me"). It speaks through a server of somebody who speaks for it: its owner, whom its identifier proves, or whom the owner named.
 */
import { answer, type Caller } from '../caller'
import { effectiveParent } from '../entries/parents'
import { failure, type Failure } from '../errors'
import { shown, type DirectoryId, type Label } from '../names'
import { happened, nameOfServer, type Turn } from '../server'
import { ownerIn, type Certificate } from '../values/certificate'
import { directoryNamed } from '../entries/named'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { genesisOf, may } from './access'
import { CERTIFICATE_LIFE } from './authentication'
import { KEYS, SPEAKERS } from './keys'
import type { Judging, Who } from './principal'

/** Others' clocks may be behind [T2]; ms. */
const BEFORE = 300_000

/** What a request asks to be certified: the parent (`..`), a directory in it, or that a key is one of an entry. */
export interface Wanted {
  directory: DirectoryId
  name: Label
  key: string | null
}

/** A certificate on its way to be signed with this server's key, those that it rests on, and who waits. */
export interface Certifying {
  certificate: Omit<Certificate, 'signature'>
  before: readonly Certificate[]
  caller: Caller
}

/** Answers once the host has signed. */
export function certify(turn: Turn, copy: Judging, { name, key }: Wanted, who: Who, caller: Caller): void {
  const { server } = turn
  const subject = subjectOf(copy.visible, name, key)
  const isHidden = key !== who().key && !may(copy.visible, who, 'read', key === null ? [name, 'DR', 'DI', subject ?? ''] : [name, KEYS, key])
  if (subject === null || (isHidden && name !== '..')) return answer(turn, caller, failure('NotFound', { name: shown(name), reason: key === null ? 'no directory has that name there' : 'the key is none of that entry' }))
  const speaking = speakingHere(turn, copy)
  if (speaking === null) return answer(turn, caller, mute(turn))
  const from = Math.floor(turn.now) - BEFORE
  const certificate = { directory: copy.directory, genesis: genesisOf(copy.visible), issuer: server.key, name, subject, from, until: from + CERTIFICATE_LIFE }
  const id = server.nextSignId++
  server.certifying.set(id, { certificate, before: speaking, caller })
  turn.effects.certify.push({ id, certificate })
}

export function onCertified(turn: Turn, { certificate, before, caller }: Certifying, signature: string): void {
  happened(turn, { kind: 'name', text: `certified that ${shown(certificate.name)} is ${shown(certificate.subject)}`, directory: certificate.directory! })
  answer(turn, caller, { chain: [...before, { ...certificate, signature }] })
}

const mute = (turn: Turn): Failure => failure('ServerUnreachable', { server: nameOfServer(turn.server, turn.server.id), reason: 'does not speak for that directory: its owner, or whom the owner lets speak for it, is to be asked' })

function subjectOf(tree: ValueTree, name: Label, key: string | null): string | null {
  if (name === '..') return effectiveParent({ visible: tree })?.parent ?? null
  if (key !== null) return visibleAt(tree, [name, KEYS, key]) === undefined ? null : key
  return directoryNamed(tree, name) ?? null
}

/** The certificates by which this server speaks for the directory; null when it does not. */
function speakingHere({ server, now }: Turn, { directory, visible }: Judging): Certificate[] | null {
  const genesis = genesisOf(visible)
  const owner = genesis === null ? null : ownerIn(genesis)
  const { person, credentials } = server
  if (genesis === null || owner === null || person === null || credentials.length === 0) return null
  if (person === owner) return [...credentials]
  const times = visibleAt(visible, ['.', SPEAKERS, person])
  for (const [until, node] of times === undefined ? [] : visibleChildren(times)) {
    for (const [signature] of visibleChildren(node)) if (Number(until) > now) return [{ directory, genesis, issuer: owner, name: '', subject: person, from: 0, until: Number(until), signature }, ...credentials]
  }
  return null
}
