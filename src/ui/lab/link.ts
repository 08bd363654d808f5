/** A run as text for an address: its JSON in base64url. */
import type { Recording } from '../../sim/lab/recording'

/** Longer addresses are cut by some programs that pass them on. */
export const LONGEST_LINK = 8000

export function runAsText(recording: Recording): string {
  const bytes = new TextEncoder().encode(JSON.stringify(recording))
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The JSON in such a text; what is no such text comes out as something that is no JSON. */
export function jsonOfRun(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch {
    return text
  }
}

/** A link to a run, for anybody: without the room. */
export const linkTo = (run: string): string => `${location.origin}${location.pathname}#lab=${run}`
