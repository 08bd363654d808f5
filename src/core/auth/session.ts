/**
 * Whose server this is: a person says, in a certificate, that the server speaks for it. On a link, which the server has proved to
 * be its own [X1], that stands for a session: what the person may do, the server may ask for [A5].
 */
import type { Caller } from '../caller'
import type { Message } from '../messages'
import type { ServerId } from '../names'
import { refuse, send, type Turn } from '../server'
import { SWEEP_ORIGIN, timestamp, type Timestamp } from '../timestamp'
import type { Certificate } from '../values/certificate'
import { may } from './access'
import { principalBy } from './authentication'
import { whoever, type Judging, type Principal, type Who } from './principal'

/** The host tells whose server this is, at its start and whenever the person has signed anew. */
export interface Person {
  type: 'person'
  key: string
  credentials: Certificate[]
  chains: Certificate[][]
}

export function onPerson(turn: Turn, { key, credentials, chains }: Person): void {
  Object.assign(turn.server, { person: key, credentials, chains })
  for (const peer of turn.server.peers.keys()) showCredentials(turn, peer)
}

export function showCredentials(turn: Turn, to: ServerId): void {
  const { credentials, chains } = turn.server
  if (credentials.length > 0) send(turn, to, { type: 'credentials', chains: [[...credentials], ...chains.map((chain) => [...chain, ...credentials])] })
}

/** Asks for what needs a right; the word that it rests on goes with it, since an earlier one may be lost. */
export function askSigned(turn: Turn, to: ServerId, message: Message): void {
  showCredentials(turn, to)
  send(turn, to, message)
}

/** The host has verified the signatures; that they speak of the key which that server has is looked at here. */
export function onCredentials(turn: Turn, from: ServerId, { chains }: Extract<Message, { type: 'credentials' }>): void {
  const peer = turn.server.peers.get(from)
  if (peer === undefined) return
  if (chains.some((chain) => chain.at(-1)?.subject !== peer.key)) return refuse(turn, from, 'credentials: they speak of another server')
  peer.credentials = chains
}

const nobody: Principal = { key: '', names: [] }

/** Who asks for something at a copy: the person of this server, or the one for whom another server speaks now. */
export function whoAsks(turn: Turn, copy: Judging, caller: Caller): Who {
  if (caller.type === 'server') return personOf(turn, copy, caller.server)
  const { person, chains } = turn.server
  return person === null ? () => nobody : known(turn, copy, person, [[], ...chains])
}

/** The key of the server that asks: with it it signs what servers change by themselves. */
export const serverKeyOf = ({ server }: Turn, caller: Caller): string => (caller.type === 'server' ? (server.peers.get(caller.server)?.key ?? '') : server.key)

/** Whose server another one is, as a directory knows that person. */
function personOf(turn: Turn, copy: Judging, at: ServerId): Who {
  const peer = turn.server.peers.get(at)
  return peer === undefined || peer.key === null || peer.credentials.length === 0 ? () => nobody : known(turn, copy, peer.key, peer.credentials)
}

const known = ({ now }: Turn, { visible, directory }: Judging, key: string, chains: readonly (readonly Certificate[])[]): Who => whoever(() => principalBy(visible, directory, key, chains, atTime(now)))

/** Whether another server is this one's person's, too, by that person's own word. */
export function isOfSamePerson({ server, now }: Turn, at: ServerId): boolean {
  const chains = server.peers.get(at)?.credentials ?? []
  return chains.some(([word, ...others]) => others.length === 0 && word !== undefined && word.directory === null && word.issuer === server.person && word.from <= now && now <= word.until)
}

/** Whether it is this server, or another of its person's, that asks: so they decide of it without any right [A5]. */
export const isOwn = (turn: Turn, caller: Caller): boolean => caller.type !== 'server' || isOfSamePerson(turn, caller.server)

/** Whether another server has shown whose it is: until then it is not told no, for it will ask again. */
export const hasShown = ({ server }: Turn, at: ServerId): boolean => (server.peers.get(at)?.credentials.length ?? 0) > 0

/** The time of a clock, ms since 1970, as a time-stamp: by what stands then somebody is known. */
export const atTime = (now: number): Timestamp => timestamp(Math.max(0, Math.floor(now * 1000)), SWEEP_ORIGIN)

/** A5: whether the person of another server may store a copy: whoever does can read all of it, and holds up its sweeps. */
export const mayStore = (turn: Turn, copy: Judging, at: ServerId): boolean => may(copy.visible, personOf(turn, copy, at), 'copy', [])

/** A5: whether the person of another server may administer the directory. */
export const mayAdminister = (turn: Turn, copy: Judging, at: ServerId): boolean => may(copy.visible, personOf(turn, copy, at), 'write', ['.'])
