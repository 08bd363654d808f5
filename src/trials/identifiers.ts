/** Identifiers of trials: one for each number. Apart from the generators, because those bring a megabyte of characters with them. */
import type { CopyId, DirectoryId, ServerId } from '../core/names'

/** One identifier of `length` base32 characters for each number. */
export const identifier = (n: number, length: number): string => {
  let text = ''
  for (let left = n; text.length < length; left = Math.floor(left / 32)) text += 'abcdefghijklmnopqrstuvwxyz234567'[left % 32]
  return text
}
export const directoryNumber = (n: number): DirectoryId => identifier(n, 20) as DirectoryId
export const serverNumber = (n: number): ServerId => identifier(n, 20) as ServerId
export const copyNumber = (n: number): CopyId => identifier(n, 13) as CopyId
