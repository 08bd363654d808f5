/** Access control for programs: triples given and taken, and who may do what (SPEC §15). */
import type { Access } from '../core/auth/whoMay'
import { ACCESS, formatTriple, parseTriple, tripleOf } from '../core/auth/access'
import { formatPathPattern, formatPrincipalPattern } from '../core/auth/principal'
import { SPEAKERS } from '../core/auth/keys'
import type { Found } from '../core/directories/lookup'
import { failure, isFailure, NameServiceError } from '../core/errors'
import type { DirectoryId, FullName, Label } from '../core/names'
import type { Change, ReadOutcome } from '../core/requests'
import { ownerIn } from '../core/values/certificate'
import type { Tree } from '../core/values/readValue'
import { ask, type Connection, type Names } from './connection'
import type { AccessReport, Grant, NameService, WriteOptions, Written } from './nameService'

type AccessCalls = Pick<NameService, 'access' | 'grant' | 'revoke' | 'amendAccess' | 'setAccess' | 'letSpeak'>

type Write = (name: FullName, change: Change, options?: WriteOptions) => Promise<Written>

/** Days for which somebody may speak for a directory, at most, and unless it is said otherwise: what was signed is not taken back elsewhere. */
const SPEAKING = 30
const DAY = 86_400_000

/** Filled in by the lookup that comes before. */
const placeholder = 'a'.repeat(20) as DirectoryId

export function accessCalls(connection: Connection, names: Names, write: Write): AccessCalls {
  const change = (tree: Tree): Change => ({ procedure: 'setAccess', under: { labels: ['.', ACCESS], incarnations: null }, tree, replace: false })
  const asked = async (vd: string, about: string | null): Promise<Access> => {
    const { name, path } = names.designator(vd)
    return ask<Access>(connection, { type: 'at', name, request: { type: 'access', directory: placeholder, path, about } })
  }
  const amend: AccessCalls['amendAccess'] = async (fn, given, taken, options) => {
    const kept = new Set(given.map(labelOf))
    const gone = taken.map(labelOf).filter((triple) => !kept.has(triple))
    return write(names.name(fn), change([...[...kept].map((triple) => [triple, true] as const), ...gone.map((triple) => [triple, false] as const)]), options)
  }
  return {
    amendAccess: amend,
    grant: (fn, triple, options) => amend(fn, [triple], [], options),
    revoke: (fn, triple, options) => amend(fn, [], [triple], options),
    async setAccess(fn, wanted, options) {
      const { triples } = await asked(fn, null)
      return amend(fn, wanted, (triples ?? []).map(({ triple }) => inParts(triple)), options)
    },
    async letSpeak(fn, key, days = SPEAKING) {
      if (!(days >= 0 && days <= SPEAKING)) throw new NameServiceError(failure('BadRequest', { reason: `somebody is let speak for a directory for ${SPEAKING} days at most, for what was signed holds elsewhere until its end; 0: no more. Repeat it before they are over` }))
      const name = names.name(fn)
      const stands = await ask<ReadOutcome>(connection, { type: 'at', name, request: { type: 'read', directory: placeholder, path: ['.', 'Genesis'], form: 'labels', after: null } })
      const { directory } = await ask<Found>(connection, { type: 'lookup', name, entity: null })
      const [genesis = ''] = stands.labels ?? []
      if (ownerIn(genesis) !== connection.person()) throw new NameServiceError(failure('NoRight', { name: fn, what: 'let others speak for' }))
      const until = Math.floor(connection.now()) + days * DAY
      const signature = days > 0 ? await connection.certify({ directory, genesis, issuer: connection.person(), name: '', subject: key, from: 0, until }) : ''
      return write(name, { procedure: 'setAccess', under: { labels: ['.', SPEAKERS], incarnations: null }, tree: [[key, days > 0 && [[String(until), [[signature, true]]]]]], replace: false })
    },
    async access(vd, principal = null) {
      return reportOf(await asked(vd, principal))
    },
  }
}

/** The label that a triple is. */
function labelOf({ principal, path, rights }: Grant): Label {
  const triple = tripleOf(principal, path, rights)
  if (isFailure(triple)) throw new NameServiceError(triple)
  return formatTriple(triple)
}

function reportOf({ isThen, isOpen, owner, triples, key, names, granting, allowed }: Access): AccessReport {
  return {
    isThen,
    isOpen,
    owner,
    triples: triples?.map(({ triple, ts, isFinal }) => ({ ...inParts(triple), ts, isFinal })) ?? null,
    key,
    names,
    granting: granting.map(inParts),
    allowed: allowed.map(([right, why, isFinal]) => ({ right, why: why === 'open' || why === 'owner' ? why : inParts(why), isFinal })),
  }
}

/** A triple from its label; one that is none grants nothing, and is shown as it stands. */
function inParts(label: string): Grant {
  const triple = parseTriple(label)
  return triple === null ? { principal: label, path: '', rights: [] } : { principal: formatPrincipalPattern(triple.principal), path: formatPathPattern(triple.path), rights: triple.rights }
}
