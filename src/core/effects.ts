/**
 * What a step asks of its host: everything described, nothing done. The host makes all of `save` durable, in one
 * transaction, before anything in `send`, `reply` or `sign` leaves [P1, P3].
 */
import type { CopyChange } from './copies/directoryCopy'
import type { Message } from './messages'
import type { CopyId, DirectoryId, ServerId } from './names'
import type { ServerChange } from './server'
import type { Certificate } from './values/certificate'
import type { Intent } from './values/intent'

export type Save = { copy: CopyId; directory: DirectoryId; change: CopyChange } | { server: ServerChange }

/** An answer to a call of this server's own client. */
export interface Reply {
  id: number
  outcome: unknown
}

/** An intent that the host signs with the server's own key and hands back as input `signed`. */
export interface SignRequest {
  id: number
  intent: Intent
}

/** Something that happened, for people: the Activity panel and the transcripts. */
export interface Happening {
  kind: 'update' | 'sweep' | 'copy' | 'server' | 'refused' | 'clock' | 'name'
  text: string
  directory?: DirectoryId
  server?: ServerId
}

export interface Effects {
  save: Save[]
  send: { to: ServerId; message: Message }[]
  reply: Reply[]
  sign: SignRequest[]
  /** The same for certificates. */
  certify: { id: number; certificate: Omit<Certificate, 'signature'> }[]
  happened: Happening[]
  /** Directories whose copy on this server reads otherwise than before. */
  changed: Set<DirectoryId>
  /** When the server wants a tick, ms since 1970; null when it waits for nothing. */
  wakeAt: number | null
}

export const noEffects = (): Effects => ({ save: [], send: [], reply: [], sign: [], certify: [], happened: [], changed: new Set(), wakeAt: null })
