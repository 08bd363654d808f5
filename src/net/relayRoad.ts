/**
 * The road over a relay: a WebSocket that passes sealed notes on to the others of the room. Relays are only used where
 * one is known to be, since a browser writes every failed attempt into its console.
 */
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

const firstPause = 500
const longestPause = 30_000

/** `url` is the relay's ws or wss address. Reconnects for as long as it is not closed. */
export function openRelayRoad(url: string, topic: string, handlers: RelayRoadHandlers): RelayRoad {
  let socket: WebSocket | null = null
  let pause = firstPause
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function dial(): void {
    const dialled = new WebSocket(`${url}?topic=${topic}`)
    socket = dialled
    dialled.addEventListener('open', () => {
      pause = firstPause
      handlers.changed(true)
    })
    dialled.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (typeof event.data !== 'string' || event.data.length > 2 * noteLimit) return
      const { from, note } = parseRecord(event.data)
      if (typeof from === 'string' && typeof note === 'string') handlers.note(note, from)
    })
    dialled.addEventListener('close', () => {
      if (closed) return
      handlers.changed(false)
      timer = setTimeout(dial, pause * (0.5 + Math.random() / 2))
      pause = Math.min(longestPause, pause * 2)
    })
  }

  dial()
  return {
    url,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    send(sealed, address) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(address === null ? { note: sealed } : { to: address, note: sealed }))
    },
    waiting: () => socket?.bufferedAmount ?? 0,
    close() {
      closed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}

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
