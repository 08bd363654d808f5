/** What an answer of another server may say of a way (X5): a step at a time, from where it was asked. */
import { isDirectoryId, type DirectoryId, type Label, type ServerId } from '../names'
import type { Request, Walked } from '../requests'
import { LONGEST_TX, MARGIN } from './expiration'
import { relativeLabels } from './wellKnown'

/**
 * Whether what another server answered is a way from where it was asked, step by step, and by its own word: who lies may say
 * what it likes of these names, and nothing of others, which would be cached as if those who store them had said so.
 */
export function isWayFrom(request: Extract<Request, { type: 'walk' }>, from: ServerId, now: number, walked: Walked): boolean {
  let { directory, up } = request
  if ((walked.outcome === 'lost') !== (walked.failure !== null)) return false
  const rest = [...request.labels]
  for (const [i, { directory: of, label, found, to, server, validUntil, cached, ownName }] of walked.steps.entries()) {
    if (cached || (server !== from && !ownName) || (validUntil !== null && validUntil > now + LONGEST_TX + MARGIN)) return false
    if (found === 'wellKnown') {
      const path = relativeLabels(to)
      if (i > 0 || label !== directory || validUntil !== null || path === null) return false
      const labels = path.slice(0, Math.max(0, path.length - up))
      up -= path.length - labels.length
      rest.unshift(...labels)
      directory = of
      continue
    }
    if (of !== directory) return false
    if (found === 'up') {
      if (up === 0 || label !== '..' || validUntil !== null || !isDirectoryId(to)) return false
      up--
      directory = to
      continue
    }
    if (up > 0 || label !== (rest[0] ?? request.entity)) return false
    const isEntity = rest.shift() === undefined
    if (found !== 'directory') return i === walked.steps.length - 1 && ends(walked, directory, up, rest)
    if (isEntity || !isDirectoryId(to)) return false
    directory = to
  }
  return ends(walked, directory, up, rest)
}

const ends = (walked: Walked, directory: DirectoryId, up: number, rest: readonly Label[]): boolean => walked.directory === directory && walked.up === up && JSON.stringify(walked.rest) === JSON.stringify(rest)
