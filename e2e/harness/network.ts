/** One server of the network contract in a tab of its own, worked by the test or benchmark through `window.subject`. */
import { newSelf, openSubject } from '../../src/net/contractSubject'
import type { Self } from '../../src/net/handshake'
import type { Network, NetworkHandlers } from '../../src/net/network'
import type { Subject } from '../../src/net/networkContract'
import { openWebrtcNetwork } from '../../src/net/webrtcNetwork'

declare global {
  interface Window {
    /** Opens this tab's server in a room, by these relays too; resolves with it. What it claims of itself need not be true. */
    openSubject(room: string, name: string, relays?: readonly string[], claimed?: Partial<Pick<Self, 'server' | 'keyText'>>): Promise<Subject['server']>
    subject: Subject & {
      /** Whether each message is answered at once. */
      echo(on: boolean): void
      /** Resolves when the next message comes. */
      next(): Promise<void>
    }
  }
}

let isEcho = false
let awaited: () => void = () => undefined

/** The network, with the two extras of the benchmark on the path of a message. */
async function openNetwork(room: string, self: Awaited<ReturnType<typeof newSelf>>, handlers: NetworkHandlers, relays: readonly string[]): Promise<Network> {
  const network = await openWebrtcNetwork({
    room,
    self,
    handlers: {
      ...handlers,
      message(from, message) {
        handlers.message(from, message)
        if (isEcho) network.send(from, 'echo')
        awaited()
      },
    },
    relays: [...relays],
    iceServers: [],
  })
  return network
}

window.openSubject = async (room, name, relays = [], claimed = {}) => {
  const self = { ...(await newSelf(name)), ...claimed }
  const subject = await openSubject(self.server, (handlers) => openNetwork(room, self, handlers, relays))
  window.subject = {
    ...subject,
    echo(on) {
      isEcho = on
    },
    next: () =>
      new Promise((resolve) => {
        awaited = resolve
      }),
  }
  return self.server
}
