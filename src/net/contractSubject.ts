/** A server for the contract suite: a network of either kind, and a record of all it was told. */
import type { ServerId } from '../core/names'
import { newSigningPair, serverIdOf, sign } from '../keys/signing'
import { randomText } from '../keys/encoding'
import type { Self } from './handshake'
import type { Network, NetworkHandlers } from './network'
import type { Subject } from './networkContract'

/** A new identity. */
export async function newSelf(name: string, incarnation = 1): Promise<Self> {
  const pair = await newSigningPair()
  const server = await serverIdOf(pair.keyText)
  if (server === null) throw new Error('a new key has a server id')
  return { server, keyText: pair.keyText, sign: (bytes) => sign(pair, bytes), incarnation, instance: randomText(), name }
}

export async function openSubject(server: ServerId, open: (handlers: NetworkHandlers) => Network | Promise<Network>): Promise<Subject> {
  const heard: { from: ServerId; message: string }[] = []
  const events: string[] = []
  const refusals: string[] = []
  const rooms: string[] = []
  const network = await open({
    connected: (peer, room) => {
      events.push(`connected ${peer.server}`)
      rooms.push(room)
    },
    disconnected: (peer) => events.push(`disconnected ${peer}`),
    message: (from, message) => heard.push({ from, message }),
    clock: () => undefined,
    changed: () => undefined,
    refused: (reason) => refusals.push(reason),
  })
  return {
    server,
    send: async (to, message) => network.send(to, message),
    async sendMany(to, text, count) {
      for (let number = 0; number < count; number++) network.send(to, `${text} ${number}`)
    },
    cut: async (servers) => network.cut(new Set(servers)),
    disturb: async (weather) => network.disturb(weather),
    enter: (room) => network.enter(room),
    leave: async (room) => network.leave(room),
    links: async () => network.links(),
    heard: async () => heard,
    events: async () => events,
    metIn: async () => rooms,
    refusals: async () => refusals,
    close: async () => network.close(),
  }
}
