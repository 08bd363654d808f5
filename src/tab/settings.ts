import { durabilities, type Durability } from '../core/copies/durability'

/** What a person may set for this browser, in `localStorage['namering settings']`: see README.md. */
export interface Settings {
  /** Further relays, ws or wss addresses. */
  relays: string[]
  /** STUN and TURN servers. */
  iceServers: RTCIceServer[]
  /** Whether a new server takes a copy of the root. */
  wantsRoot: boolean
  /** How many copies are to have what this page writes, unless a call says otherwise; it does not wait for them. */
  durability: Durability
  /** What was not understood and therefore left out, in words. */
  faults: string[]
}

const KEY = 'namering settings'

export function readSettings(): Settings {
  const faults: string[] = []
  const all = readAll(faults)
  const take = <T>(key: string, otherwise: T, what: string, isRight: (value: unknown) => boolean): T => {
    const value = all[key]
    if (value === undefined) return otherwise
    if (isRight(value)) return value as T
    faults.push(`the setting ${key} is left out, because it is not ${what}`)
    return otherwise
  }
  return {
    relays: take<string[]>('relays', [], 'a list of addresses', (value) => Array.isArray(value) && value.every((each) => typeof each === 'string')),
    iceServers: take<RTCIceServer[]>('iceServers', [], 'a list of objects with urls', (value) => Array.isArray(value) && value.every((each) => isRecord(each) && 'urls' in each)),
    wantsRoot: take('wantsRoot', true, 'true or false', (value) => typeof value === 'boolean'),
    durability: take<Durability>('durability', 'local', durabilities.join(', '), (value) => durabilities.includes(value as Durability)),
    faults,
  }
}

/** Remembered for the next tabs, too; a browser that withholds its storage forgets it with this one. */
export function rememberDurability(durability: Durability): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readAll([]), durability }))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
}

function readAll(faults: string[]): Record<string, unknown> {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    if (isRecord(all)) return all
  } catch (error) {
    // A browser that withholds its storage keeps no settings either.
    if (!(error instanceof SyntaxError)) return {}
  }
  faults.push('the settings are left out, because they are not a JSON object')
  return {}
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
