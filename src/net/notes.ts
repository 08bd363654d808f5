/**
 * Notes: what travels on the signalling road, sealed for the room. Some say who is there, some help a data channel to
 * rise, and where none rises some carry frames. A note proves nothing but that its author knows the room [X1].
 */
import type { ServerId } from '../core/names'
import { isServerId, isText, nameLimit, parseRecord } from './control'

/** Who wrote a note, by its own word. */
interface Author {
  from: ServerId
  instance: string
  name: string
}

/** What a note says. */
export type Word =
  /** I am here; who else? Not meant for the servers in `except`, which the author has cut off. */
  | { type: 'hello'; except: ServerId[] }
  /** The answer to a hello. */
  | { type: 'here'; to: ServerId }
  /** I have no link to you, and it is for you to call. */
  | { type: 'ring'; to: ServerId }
  | { type: 'bye' }
  /** `at` is the instance meant: of two tabs that claim one server, only one is spoken to. */
  | { type: 'signal'; to: ServerId; at: string; session: string; signal: Signal }
  /** A frame of the plain road, base64url. */
  | { type: 'frame'; to: ServerId; at: string; session: string; body: string }

export type Note = Author & Word

/** What WebRTC wants told to the other end. */
export type Signal =
  | { type: 'offer' | 'answer'; sdp: string }
  | { type: 'candidate'; candidate: string; sdpMid: string | null; sdpMLineIndex: number | null }
  /** WebRTC does not rise here: no need to wait for it. */
  | { type: 'unable' }

/** The longest sealed note, in bytes; relays refuse longer ones. */
export const noteLimit = 64 << 10

const sdpLimit = 16 << 10
const candidateLimit = 2048
const exceptLimit = 100

/** Null for everything that is not a note. */
export function parseNote(text: string): Note | null {
  const said = parseRecord(text)
  const { from, instance, name } = said
  if (!isServerId(from) || !isText(instance, 64) || !isText(name, nameLimit)) return null
  const word = wordOf(said)
  return word === null ? null : { from, instance, name, ...word }
}

function wordOf(said: Record<string, unknown>): Word | null {
  const { type, to, at, session } = said
  if (type === 'bye') return { type }
  if (type === 'hello') return { type, except: exceptOf(said['except']) }
  if (!isServerId(to)) return null
  if (type === 'here' || type === 'ring') return { type, to }
  if (!isText(at, 64) || !isText(session, 64)) return null
  if (type === 'frame') return isText(said['body'], noteLimit) ? { type, to, at, session, body: said['body'] } : null
  const signal = type === 'signal' ? signalOf(said['signal']) : null
  return signal === null ? null : { type: 'signal', to, at, session, signal }
}

function exceptOf(value: unknown): ServerId[] {
  return Array.isArray(value) ? value.slice(0, exceptLimit).filter(isServerId) : []
}

function signalOf(value: unknown): Signal | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, sdp, candidate, sdpMid, sdpMLineIndex } = value as Record<string, unknown>
  if (type === 'unable') return { type }
  if (type === 'offer' || type === 'answer') return isText(sdp, sdpLimit) ? { type, sdp } : null
  if (type !== 'candidate' || !isText(candidate, candidateLimit)) return null
  if (sdpMid !== null && !isText(sdpMid, 64)) return null
  if (sdpMLineIndex !== null && !(Number.isSafeInteger(sdpMLineIndex) && (sdpMLineIndex as number) >= 0)) return null
  return { type, candidate, sdpMid, sdpMLineIndex: sdpMLineIndex as number | null }
}
