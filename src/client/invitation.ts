/**
 * An invitation as text: what a link carries, and what nobody but its bearer has. `Lampson/Invited/<key>/<time>` stands in the
 * directory; the private half of that key is here alone.
 */
import { isDirectoryId, labelFault, type DirectoryId, type Label } from '../core/names'

export interface Invitation {
  directory: DirectoryId
  /** The entry. */
  label: Label
  /** The one-time key. */
  key: string
  secret: string
  /** ms since 1970; what counts stands in the directory. */
  until: number
}

export const formatInvitation = ({ directory, label, key, secret, until }: Invitation): string => [directory, key.replace(PREFIX, ''), secret, until, label].join('.')

const PREFIX = 'p256:'

/** Null for what is no invitation, or not a whole one. */
export function parseInvitation(text: string): Invitation | null {
  const [, directory = '', key = '', secret = '', until = '', label = ''] = /^([a-z2-7]{20})\.([\w-]{87})\.([\w-]{43})\.(\d{1,16})\.(.+)$/u.exec(text) ?? []
  return isDirectoryId(directory) && labelFault(label) === null ? { directory, label, key: PREFIX + key, secret, until: Number(until) } : null
}
