/**
 * The relay: passes sealed notes between the browsers of a room, on the page's own port. It knows a room only by a
 * hash, cannot read a note, and stores nothing.
 *
 * A client says `{ "note": … }` to all others of its topic or `{ "to": address, "note": … }` to one, and hears
 * `{ "from": address, "note": … }`. Addresses are the relay's own, new for each connection. A client that is too fast
 * is not read from until it may go on, so nothing is lost by honest haste and little won by the other kind.
 */
import { randomBytes } from 'node:crypto'
import { WebSocketServer } from 'ws'
import { relayPath } from './relayMark.mjs'

/** The longest message, in bytes: a note of 64 KiB and its address. */
const messageLimit = (64 << 10) + 256
/** Clients of one topic, and topics, at most. */
const clientLimit = 200
const topicLimit = 10_000
/** Milliseconds between pings; a client that has not answered the last is gone. */
const pingPeriod = 15_000
/** Bytes a second and at once, and what a message costs at least, so that many small ones cost too. */
const bytesPerSecond = 4 << 20
const byteBurst = 16 << 20
const leastCost = 1024
/** Bytes that may wait for a slow reader before notes to it are dropped. */
const waitingLimit = 8 << 20

/**
 * @typedef {{ socket: import('ws').WebSocket, address: string, topic: string, tokens: number, filledAt: number, answered: boolean }} Client
 */

/**
 * Serves `relayPath` on a server that serves other things too.
 * @param {{ on(event: 'upgrade', listener: (request: import('node:http').IncomingMessage, socket: import('node:stream').Duplex, head: Buffer) => void): unknown, on(event: 'close', listener: () => void): unknown }} httpServer
 */
export function attachRelay(httpServer) {
  const relay = new Relay()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageLimit, perMessageDeflate: false })
  httpServer.on('upgrade', (request, socket, head) => {
    if (!isRelay(request.url)) return
    const topic = new URL(request.url ?? '', 'http://relay').searchParams.get('topic') ?? ''
    if (!relay.admits(topic)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => relay.add(accepted, topic))
  })
  const pings = setInterval(() => relay.ping(), pingPeriod)
  pings.unref()
  httpServer.on('close', () => {
    clearInterval(pings)
    relay.close()
  })
}

/**
 * Whether a request is for the relay.
 * @param {string | undefined} url
 */
export function isRelay(url) {
  return url === relayPath || url?.startsWith(`${relayPath}?`) === true
}

class Relay {
  /** @type {Map<string, Map<string, Client>>} */
  #topics = new Map()

  /** @param {string} topic */
  admits(topic) {
    if (!/^[\w-]{43}$/.test(topic)) return false
    const clients = this.#topics.get(topic)
    return clients === undefined ? this.#topics.size < topicLimit : clients.size < clientLimit
  }

  /**
   * @param {import('ws').WebSocket} socket
   * @param {string} topic
   */
  add(socket, topic) {
    const clients = this.#topics.get(topic) ?? new Map()
    this.#topics.set(topic, clients)
    /** @type {Client} */
    const client = { socket, address: randomBytes(9).toString('base64url'), topic, tokens: byteBurst, filledAt: Date.now(), answered: true }
    clients.set(client.address, client)
    socket.on('message', (data, isBinary) => this.#pass(client, data, isBinary))
    socket.on('pong', () => {
      client.answered = true
    })
    // An error is followed by close, which does what there is to do.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clients.delete(client.address)
      if (clients.size === 0 && this.#topics.get(topic) === clients) this.#topics.delete(topic)
    })
  }

  /**
   * @param {Client} sender
   * @param {import('ws').RawData} data
   * @param {boolean} isBinary
   */
  #pass(sender, data, isBinary) {
    const text = isBinary || !Buffer.isBuffer(data) ? '' : data.toString()
    spend(sender, Math.max(leastCost, text.length))
    const said = parse(text)
    if (said === null) return sender.socket.close(1008, 'not a note')
    const message = JSON.stringify({ from: sender.address, note: said.note })
    const clients = this.#topics.get(sender.topic)
    if (clients === undefined) return
    const addressed = said.to === undefined ? null : clients.get(said.to)
    const receivers = addressed === null ? clients.values() : addressed === undefined ? [] : [addressed]
    for (const receiver of receivers) {
      if (receiver !== sender && receiver.socket.bufferedAmount < waitingLimit) receiver.socket.send(message)
    }
  }

  ping() {
    for (const clients of this.#topics.values()) {
      for (const client of clients.values()) {
        if (!client.answered) client.socket.terminate()
        client.answered = false
        if (client.socket.readyState === client.socket.OPEN) client.socket.ping()
      }
    }
  }

  close() {
    for (const clients of this.#topics.values()) for (const client of clients.values()) client.socket.terminate()
  }
}

/**
 * Takes tokens, and pauses the client while it has none left.
 * @param {Client} client
 * @param {number} tokens
 */
function spend(client, tokens) {
  const now = Date.now()
  client.tokens = Math.min(byteBurst, client.tokens + ((now - client.filledAt) / 1000) * bytesPerSecond) - tokens
  client.filledAt = now
  if (client.tokens >= 0 || client.socket.isPaused) return
  client.socket.pause()
  setTimeout(() => client.socket.resume(), (-client.tokens / bytesPerSecond) * 1000)
}

/**
 * @param {string} text
 * @returns {{ note: string, to?: string } | null}
 */
function parse(text) {
  try {
    const said = JSON.parse(text)
    if (typeof said?.note !== 'string' || !['string', 'undefined'].includes(typeof said.to)) return null
    return said
  } catch {
    return null
  }
}
