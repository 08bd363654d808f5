/**
 * What the two ends of a link say to each other besides messages: who they are, that they live, that they leave. One
 * parser at the door [X4]: what it accepts it writes again as the same bytes, and everything has a bounded length.
 */
import type { ServerId } from '../core/names'
import { type Bytes, fromUtf8, toUtf8 } from '../keys/encoding'

/** The first thing said on a link [X1]. */
export interface Hello {
  type: 'hello'
  server: ServerId
  /** Public key as text, of which `server` is the hash. */
  key: string
  /** Random text, new for each link. */
  nonce: string
  incarnation: number
  instance: string
  name: string
  /** The public half of the key agreement on the signalling road; empty on WebRTC, where DTLS has its own. */
  exchange: string
}

export type Control =
  | Hello
  | { type: 'proof'; signature: string }
  | { type: 'beat'; number: number }
  /** The answer to a beat; `time` is the sender's clock, milliseconds since 1970. */
  | { type: 'echo'; number: number; time: number }
  /** A sign of life, which no delay that a person has set holds back. */
  | { type: 'alive' }
  /** The server leaves. */
  | { type: 'bye' }
  /** This link ends, the server stays. */
  | { type: 'end' }

const controlLimit = 4096

export function encodeControl(control: Control): Bytes {
  return toUtf8(JSON.stringify(control))
}

/** Null for everything that `encodeControl` would not have written. */
export function parseControl(frame: Uint8Array): Control | null {
  if (frame.length > controlLimit) return null
  const text = fromUtf8(frame)
  if (text === null) return null
  const control = controlOf(parseRecord(text))
  return control !== null && JSON.stringify(control) === text ? control : null
}

/** A JSON object; empty when the text is none. */
export function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function controlOf(said: Record<string, unknown>): Control | null {
  switch (said['type']) {
    case 'hello':
      return helloOf(said)
    case 'proof':
      return isText(said['signature'], 100) ? { type: 'proof', signature: said['signature'] } : null
    case 'beat':
      return isCount(said['number']) ? { type: 'beat', number: said['number'] } : null
    case 'echo':
      return isCount(said['number']) && isTime(said['time']) ? { type: 'echo', number: said['number'], time: said['time'] } : null
    case 'alive':
      return { type: 'alive' }
    case 'bye':
      return { type: 'bye' }
    case 'end':
      return { type: 'end' }
    default:
      return null
  }
}

function helloOf(said: Record<string, unknown>): Hello | null {
  const { server, key, nonce, incarnation, instance, name, exchange } = said
  if (!isServerId(server) || !isText(key, 100) || !isText(nonce, 64) || !isCount(incarnation)) return null
  if (!isText(instance, 64) || !isText(name, nameLimit) || !isText(exchange, 200)) return null
  return { type: 'hello', server, key, nonce, incarnation, instance, name, exchange }
}

/** The longest name of a server, in UTF-16 units; it is a label, of at most 255 bytes. */
export const nameLimit = 255

export function isText(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value.length <= limit
}

export function isServerId(value: unknown): value is ServerId {
  return typeof value === 'string' && /^[a-z2-7]{20}$/.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
