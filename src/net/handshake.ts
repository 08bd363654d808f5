/**
 * X1. Before anything else both ends of a link prove who they are: each signs, with its server's key, the road, its
 * role, both servers, both channel bindings and both nonces, and its own incarnation, instance and name. A relay in
 * the middle has other bindings; an old proof other nonces; a reflected one the wrong role and server.
 *
 * The binding is what the channel itself is keyed by: the DTLS fingerprints of the two SDPs on WebRTC, the public
 * halves of a fresh key agreement on the signalling road.
 */
import type { ServerId } from '../core/names'
import { type Bytes, fromBase64url, randomText, toBase64url, toUtf8 } from '../keys/encoding'
import type { Role } from '../keys/sealing'
import { serverIdOf, verify } from '../keys/signing'
import type { Control, Hello } from './control'
import type { ProvenServer } from './network'

/** Who speaks here, and how it signs. */
export interface Self {
  readonly server: ServerId
  readonly keyText: string
  sign(bytes: Bytes): Promise<Uint8Array>
  readonly incarnation: number
  readonly instance: string
  /** May change while the server runs; each link says what it was when the link began. */
  readonly name: string
}

/** What the two ends are about to prove. */
export interface Terms {
  /** WebRTC and the signalling road have different bindings, so a proof for one is none for the other. */
  road: 'webrtc' | 'plain'
  role: Role
  /** Whom this link was meant for. */
  expected: ServerId
  /** What keys this end of the channel. */
  binding: string
  /** What keys the other end, as seen from here; null where the other end says it in its hello. */
  theirBinding: string | null
}

/** One end of a channel that carries control frames; `next` is null when the channel has ended. */
export interface Line {
  send(control: Control): void
  next(): Promise<Control | null>
}

export type Outcome =
  | { type: 'proven'; peer: ProvenServer; theirBinding: string }
  | { type: 'refused'; reason: string }
  | { type: 'ended' }

/** Says hello, checks the other's, exchanges proofs. Resolves once both are checked or something is wrong. */
export async function proveEachOther(line: Line, self: Self, terms: Terms): Promise<Outcome> {
  const mine: Hello = {
    type: 'hello',
    server: self.server,
    key: self.keyText,
    nonce: randomText(),
    incarnation: self.incarnation,
    instance: self.instance,
    name: self.name,
    exchange: terms.theirBinding === null ? terms.binding : '',
  }
  line.send(mine)
  const theirs = await line.next()
  if (theirs === null) return { type: 'ended' }
  if (theirs.type !== 'hello') return refused('spoke before saying who it is')
  if (theirs.server !== terms.expected) return refused('is another server than the one called')
  if (theirs.nonce === mine.nonce) return refused('sent our own words back')
  if ((await serverIdOf(theirs.key)) !== theirs.server) return refused('has a key that is not of its server id')
  const theirBinding = terms.theirBinding ?? theirs.exchange
  const ours = { hello: mine, binding: terms.binding }
  const other = { hello: theirs, binding: theirBinding }
  const signature = await self.sign(statement(terms.road, terms.role, ours, other))
  line.send({ type: 'proof', signature: toBase64url(signature) })
  const proof = await line.next()
  if (proof === null) return { type: 'ended' }
  if (proof.type !== 'proof') return refused('gave no proof of who it is')
  const bytes = fromBase64url(proof.signature)
  const claim = statement(terms.road, terms.role === 'caller' ? 'answerer' : 'caller', other, ours)
  if (bytes === null || !(await verify(theirs.key, bytes, claim))) return refused('gave a false proof of who it is')
  const { server, key, incarnation, instance, name } = theirs
  return { type: 'proven', peer: { server, key, incarnation, instance, name }, theirBinding }
}

interface End {
  hello: Hello
  binding: string
}

/** What the signer states. A JSON array of texts and numbers: no two statements have the same bytes. */
function statement(road: Terms['road'], role: Role, signer: End, other: End): Bytes {
  const { server, nonce, incarnation, instance, name } = signer.hello
  return toUtf8(
    JSON.stringify([
      'namering X1 link proof, version 1',
      road,
      role,
      [server, signer.binding, nonce, incarnation, instance, name],
      [other.hello.server, other.binding, other.hello.nonce],
    ]),
  )
}

function refused(reason: string): Outcome {
  return { type: 'refused', reason }
}

/** The DTLS fingerprint an SDP names; null unless there is exactly one, of SHA-256. */
export function fingerprintOf(sdp: string): string | null {
  const lines = sdp.split(/\r\n|\r|\n/).filter((line) => line.toLowerCase().startsWith('a=fingerprint'))
  const found = /^a=fingerprint:sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})\s*$/i.exec(lines[0] ?? '')
  return lines.length === 1 && found?.[1] !== undefined ? found[1].toUpperCase() : null
}
