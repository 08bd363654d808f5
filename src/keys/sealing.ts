/**
 * Secrets of a room and of a link (SPEC §16). A relay learns only a hash of the room id; notes are readable for those
 * who know the room; frames on the signalling road only for the two servers that proved themselves to each other [X1].
 */
import { type Bytes, fromBase64url, fromUtf8, randomBytes, toBase64url, toUtf8 } from './encoding'

/** What everyone who knows the room id can derive, each part telling nothing of the other or of the id. */
export interface RoomKeys {
  /** The name of the room at relays and in BroadcastChannel: 43 characters of base64url. */
  readonly topic: string
  readonly noteKey: CryptoKey
}

export async function roomKeys(roomId: string): Promise<RoomKeys> {
  const secret = await crypto.subtle.importKey('raw', toUtf8(roomId), 'HKDF', false, ['deriveBits', 'deriveKey'])
  const topic = await crypto.subtle.deriveBits(derivation('namering room topic'), secret, 256)
  const noteKey = await crypto.subtle.deriveKey(derivation('namering room notes'), secret, aes, false, ['encrypt', 'decrypt'])
  return { topic: toBase64url(new Uint8Array(topic)), noteKey }
}

const aes = { name: 'AES-GCM', length: 256 }
const ivLength = 12

function derivation(purpose: string): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt: toUtf8('namering/1'), info: toUtf8(purpose) }
}

/** Seals a note for the room; the random IV comes first. */
export async function sealNote(noteKey: CryptoKey, text: string): Promise<string> {
  const iv = randomBytes(ivLength)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, noteKey, toUtf8(text))
  return toBase64url(joined(iv, new Uint8Array(sealed)))
}

/** Null when the note was not sealed with this key, or was changed. */
export async function openNote(noteKey: CryptoKey, sealed: string): Promise<string | null> {
  const bytes = fromBase64url(sealed)
  if (bytes === null || bytes.length <= ivLength) return null
  const opened = await decrypted(noteKey, bytes.slice(0, ivLength), bytes.subarray(ivLength))
  return opened === null ? null : fromUtf8(opened)
}

function joined(first: Uint8Array, second: Uint8Array): Bytes {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

async function decrypted(key: CryptoKey, iv: Bytes, bytes: Bytes): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes))
  } catch {
    return null
  }
}

/** One end's half of a key agreement (ECDH on P-256, which every browser has), made for one link and forgotten with it. */
export interface Exchange {
  /** The public half, base64url of the uncompressed point. */
  readonly publicText: string
  readonly privateKey: CryptoKey
}

const curve = { name: 'ECDH', namedCurve: 'P-256' }

export async function newExchange(): Promise<Exchange> {
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
  return { publicText: toBase64url(new Uint8Array(raw)), privateKey: pair.privateKey }
}

/**
 * Seals and opens the frames of one link. Each direction has its own key and counter, and a counter is accepted
 * once and only forwards: what is replayed or late is refused.
 */
export interface FrameSeal {
  /** The counter is taken before anything is awaited, so frames must leave in the order of the calls. */
  seal(frame: Bytes): Promise<Bytes>
  /** Seals the frame after which no other counts, to be kept ready for a page that closes. Once. */
  sealLast(frame: Bytes): Promise<Bytes>
  /** Null when forged, replayed, reflected or older than the last one opened. Call one at a time. */
  open(sealed: Bytes): Promise<Bytes | null>
}

export type Role = 'caller' | 'answerer'

/** Null when the other half is not a point of the curve. `context` is what both ends agreed on before. */
export async function agree(mine: Exchange, theirs: string, role: Role, context: string): Promise<FrameSeal | null> {
  const point = fromBase64url(theirs)
  if (point === null) return null
  try {
    const publicKey = await crypto.subtle.importKey('raw', point, curve, false, [])
    const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, mine.privateKey, 256)
    const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
    const keyFrom = (sender: Role) =>
      crypto.subtle.deriveKey(derivation(`namering frames from ${sender} ${context}`), secret, aes, false, ['encrypt', 'decrypt'])
    const other = role === 'caller' ? 'answerer' : 'caller'
    return frameSeal(await keyFrom(role), await keyFrom(other))
  } catch {
    return null
  }
}

const counterLength = 8

function frameSeal(sending: CryptoKey, receiving: CryptoKey): FrameSeal {
  let lastSent = 0
  let lastOpened = 0

  async function sealAs(number: number, frame: Bytes): Promise<Bytes> {
    const counter = new Uint8Array(counterLength)
    new DataView(counter.buffer).setBigUint64(0, BigInt(number))
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: ivOf(counter) }, sending, frame)
    return joined(counter, new Uint8Array(sealed))
  }

  return {
    seal(frame) {
      lastSent += 1
      return sealAs(lastSent, frame)
    },
    sealLast: (frame) => sealAs(Number.MAX_SAFE_INTEGER, frame),
    async open(sealed) {
      if (sealed.length <= counterLength) return null
      const head = sealed.slice(0, counterLength)
      const counter = Number(new DataView(head.buffer).getBigUint64(0))
      if (counter <= lastOpened || counter > Number.MAX_SAFE_INTEGER) return null
      const frame = await decrypted(receiving, ivOf(head), sealed.subarray(counterLength))
      if (frame !== null) lastOpened = counter
      return frame
    },
  }
}

function ivOf(counter: Uint8Array): Bytes {
  return joined(new Uint8Array(ivLength - counterLength), counter)
}
