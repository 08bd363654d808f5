/**
 * The road over a relay: a WebSocket that passes sealed notes on to the others of the room. A browser writes
 * every failed attempt into its console, which nothing can prevent: so relays are only used where one is known to be,
 * and one that is gone is tried more and more seldom.
 */
import { Backoff } from './backoff'
import { parseRecord } from './control'
import { noteLimit } from './notes'

export interface RelayRoad {
  readonly url: string
  isOpen(): boolean
  /** To one client of the relay by the address it was heard from, or to all others of the room. */
  send(sealed: string, address: string | null): void
  /** Bytes that wait to leave. */
  waiting(): number
  close(): void
}

export interface RelayRoadHandlers {
  note(sealed: string, address: string): void
  /** The relay can be reached again, or no longer. */
  changed(isOpen: boolean): void
}

/** Milliseconds between attempts: the first pause and the longest. So it takes at most as long again as the relay was gone. */
const pauses = [1000, 300_000] as const
/** Milliseconds after an attempt before a look at the page is a reason for another. */
const lookPause = 5000

/** `url` is the relay's ws or wss address. Reconnects for as long as it is not closed. */
export function openRelayRoad(url: string, topic: string, handlers: RelayRoadHandlers): RelayRoad {
  let socket: WebSocket | null = null
  let dialledAt = 0
  const waking = new AbortController()
  const retry = new Backoff(...pauses, () => dial())

  function dial(): void {
    dialledAt = performance.now()
    const dialled = new WebSocket(`${url}?topic=${topic}`)
    socket = dialled
    dialled.addEventListener('open', () => {
      if (waking.signal.aborted) return dialled.close()
      retry.reset()
      handlers.changed(true)
    })
    dialled.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (typeof event.data !== 'string' || event.data.length > 2 * noteLimit) return
      const { from, note } = parseRecord(event.data)
      if (typeof from === 'string' && typeof note === 'string') handlers.note(note, from)
    })
    dialled.addEventListener('close', () => {
      if (waking.signal.aborted) return
      retry.later()
      handlers.changed(false)
    })
  }

  /** Tries at once instead of after the pause, unless an attempt is under way. */
  function hurry(): void {
    if (socket?.readyState !== WebSocket.CLOSED) return
    retry.reset()
    dial()
  }

  dial()
  globalThis.addEventListener?.('online', hurry, waking)
  // Of the document, by way of the window: somebody looks at the page, and need not wait out a long pause.
  globalThis.addEventListener?.('visibilitychange', () => performance.now() - dialledAt > lookPause && isShown() && hurry(), waking)
  return {
    url,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    send(sealed, address) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(address === null ? { note: sealed } : { to: address, note: sealed }))
    },
    waiting: () => socket?.bufferedAmount ?? 0,
    close() {
      waking.abort()
      retry.stop()
      // A browser complains of a socket that is closed before it has opened.
      if (socket?.readyState === WebSocket.OPEN) socket.close()
    },
  }
}

const isShown = (): boolean => (globalThis as { document?: Document }).document?.visibilityState === 'visible'

/**
 * The relay of the server that served this page, or null when a static host did: our server marks the page with
 * `<meta name="namering-relay" content="/relay">`, so nothing has to be tried.
 */
export function relayOfPage(): string | null {
  const page = (globalThis as { document?: Document }).document
  const mark = page?.querySelector('meta[name="namering-relay"]')?.getAttribute('content')
  if (page === undefined || mark === undefined || mark === null) return null
  const url = new URL(mark, page.baseURI)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
