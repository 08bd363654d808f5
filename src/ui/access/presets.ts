/** Ready sets of triples for a directory that is to be closed. */
import type { Grant } from '../../client/nameService'
import { formatPrincipal, matchesPath, matchesPrincipal, parsePathPattern, parsePrincipalPattern } from '../../core/auth/principal'
import { isFailure } from '../../core/errors'
import type { Label } from '../../core/names'
import type { People } from './people'

export interface Preset {
  title: string
  /** What it comes to, in a sentence or two. */
  sense: string
  triples: Grant[]
}

/** What the triples of a preset depend on. */
export interface Circumstances {
  /** The key of who closes it: somebody must be able to change the rights [A3]. */
  me: string
  /** The entries of the directory that have this key: with them, all devices of that person. */
  mine: readonly Label[]
  /** Entries of the directory that have keys. */
  people: readonly Label[]
  /** Servers are named in it. */
  inSN: boolean
}

/** Who may change the triples, whatever else they say. */
export const administration = (principal: string): Grant => ({ principal, path: './*', rights: ['read', 'write'] })

const everything = (principal: string): Grant[] => [{ principal, path: '*', rights: ['read', 'write', 'copy'] }, administration(principal)]

const byName = (label: Label): string => formatPrincipal({ up: 0, labels: [label], from: [] })
/** The path of an entry with all below, as it is written in a pattern. */
export const whole = (label: Label): string => `${byName(label).slice('./'.length)}/*`

/** A person's own entry, which it may read and write. */
export const ownEntry = (label: Label): Grant => ({ principal: byName(label), path: whole(label), rights: ['read', 'write'] })

export function presetsFor({ me, mine, people, inSN }: Circumstances): Preset[] {
  // Where nobody else writes one's own entry, whatever key stands in it is one's own.
  const byEntry = mine.flatMap((label) => everything(byName(label)))
  const devices = mine.length === 0 ? '' : ', from each of your devices'
  // Else no new server could take a name in it.
  const servers: Grant[] = inSN ? [{ principal: '*', path: '*/Server/*', rights: ['read', 'write'] }] : []
  // Who could not see the triples could not see why something is refused.
  const open: Grant[] = [
    { principal: '*', path: '*', rights: ['read', 'copy'] },
    { principal: '*', path: './*', rights: ['read'] },
  ]
  const nobody = people.length === 0
  return [
    {
      title: 'Everybody reads, each writes their own entry',
      sense: `Everybody may read, and store copies; ${nobody ? 'no entry here has a key yet, so nobody but you may write until you give them a triple.' : `whoever has an entry with a key here (${people.length === 1 ? 'one so far' : `${people.length} so far`}) may change that entry; you may change everything${devices}. Entries made later get a triple of their own.`}`,
      triples: [...open, ...people.filter((label) => !mine.includes(label)).map(ownEntry), ...servers, ...everything(me), ...byEntry],
    },
    {
      title: 'Everybody reads, you write',
      sense: `For what is published: everybody may read, and store copies; nobody but you may change anything${devices === '' ? '' : `, and you may${devices}`}.`,
      triples: [...open, ...servers, ...everything(me), ...byEntry],
    },
    // Where servers are named, those who read nothing could bring none.
    inSN
      ? {
          title: 'Everybody reads, entries write',
          sense: `Everybody may read, and store copies, so that others’ servers can come; whoever has an entry with a key here or in a directory below may change every entry, the keys of others too${nobody ? '. No entry here has a key yet, so at first nobody but you may' : ''}.`,
          triples: [...open, { principal: './*', path: '*', rights: ['read', 'write'] }, ...servers, ...everything(me)],
        }
      : {
          title: 'Only who has an entry here',
          sense: `Whoever has an entry with a key here or in a directory below may read and write every entry, the keys of others too, and store copies. All others see nothing of it, nor find a directory by a name in it${nobody ? '; no entry here has a key yet, so at first that is everybody but you' : ''}.`,
          triples: [{ principal: './*', path: '*', rights: ['read', 'write', 'copy'] }, { principal: './*', path: './*', rights: ['read'] }, ...everything(me)],
        },
  ]
}

/** Of the entries with keys those that may not write themselves. */
export function withoutOwn({ labels, entries }: Pick<People, 'labels' | 'entries'>, triples: readonly Grant[]): Label[] {
  const may = (label: Label): boolean => {
    const keys = [...entries].flatMap(([key, owners]) => (owners.includes(label) ? [key] : []))
    return triples.some(({ principal, path, rights }) => {
      const who = parsePrincipalPattern(principal)
      const where = parsePathPattern(path)
      if (isFailure(who) || isFailure(where) || !rights.includes('write') || !matchesPath(where, [label])) return false
      return keys.some((key) => matchesPrincipal(who, { key, names: [{ up: 0, labels: [label], from: [] }] }))
    })
  }
  return labels.filter((label) => !may(label))
}

const text = ({ principal, path, rights }: Grant): string => `${principal} ${path} ${rights.toSorted().join()}`
export const isSame = (a: Grant, b: Grant): boolean => text(a) === text(b)
/** Of the first those that are not among the second. */
export const without = (all: readonly Grant[], other: readonly Grant[]): Grant[] => all.filter((one) => !other.some((each) => isSame(one, each)))
