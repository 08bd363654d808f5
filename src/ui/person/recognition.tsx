import { useShallow } from 'zustand/react/shallow'
import type { AccessReport, Recognised } from '../../client/nameService'
import type { DirectoryId } from '../../core/names'
import type { TabView } from '../../tab/view'
import { trustedFor } from '../access/trust'
import { Trusted } from '../access/trusted'
import { useDesk, useView } from '../desk/desk'
import { parentOf } from '../desk/fullName'
import { useReading } from '../desk/reading'
import { Label, Stamp } from '../parts/text'
import { directoryOf } from './myself'
import { KeyName } from './keyName'
import { deedsOf } from './wording'

interface Known extends Recognised {
  name: string
  allowed: AccessReport['allowed']
}

/** By which name each directory known here knows me, on whom that rests, and what I may do. */
export function Recognition() {
  const { service } = useDesk().tab
  const stored = useView(useShallow((view) => Object.values(view.copies).filter(({ state }) => state === 'active').map(({ name }) => name).toSorted()))
  const home = useView((view) => homeElsewhere(view))
  const names = home === null ? stored : [`#${home}`, ...stored]
  const version = useView((view) => `${view.person} ${Object.values(view.copies).map((copy) => copy.version).join(' ')}`)
  const { answer, failure } = useReading(names.length === 0 ? null : `recognition ${names.join(' ')}`, version, () =>
    Promise.all(
      names.map(async (name): Promise<Known> => {
        const [recognised, { allowed }] = await Promise.all([service.whoAmI(name), service.access(name)])
        const [entry] = recognised.entries
        return { ...recognised, name: name.startsWith('#') && entry !== undefined ? (parentOf(entry.name) ?? name) : name, allowed }
      }),
    ),
  )
  return (
    <section aria-labelledby="recognition-heading">
      <h3 id="recognition-heading">How directories know you</h3>
      {failure !== null && <p className="trouble">{failure}</p>}
      {names.length === 0 && <p className="hint">This server stores no directory yet.</p>}
      <ul className="recognition">
        {answer?.map((known) => (
          <li key={known.directory}>
            <b><Label>{known.name}</Label></b>
            <span>
              <Names of={known} />
              <small>
                <Rests on={known} />
              </small>
            </span>
            <span className="hint">{known.isOpen ? 'open to all' : `you may ${deedsOf(known.allowed.map(({ right }) => right))}${known.names.length === 0 && !known.isOwner ? ', as everybody' : ''}`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The directory of my entry, where this server does not store it. */
function homeElsewhere({ me, copies }: TabView): DirectoryId | null {
  const home = directoryOf(me ?? '')
  return home === null || copies[home]?.state === 'active' ? null : home
}

function Names({ of: { names, isOwner } }: { of: Known }) {
  if (names.length === 0) return isOwner ? <>its owner</> : <>a guest</>
  return (
    <>
      {names.map((name, i) => (
        <span key={name}>
          {i > 0 && ', '}
          <Label>{name.replace(/^\.\//, '')}</Label>
        </span>
      ))}
      {isOwner && ', and its owner'}
    </>
  )
}

/** Nobody is trusted by all: a name tells whom it rests on. */
function Rests({ on: { name: directory, names, entries, owner, isOwner } }: { on: Known }) {
  const elsewhere = names.filter((name) => trustedFor(name, directory).length > 0)
  return (
    <>
      {entries.map(({ name, ts, by, isInvited }) => (
        <span key={name}>
          key added {ts !== null && <Stamp ts={ts} />} {isInvited ? 'by an invitation' : by === null ? 'by whom is not known here' : <>by <KeyName of={by} /></>}{' '}
        </span>
      ))}
      {elsewhere.map((name) => (
        <span key={name} data-rests={name}>
          {names.length > 1 && <Label>{name}</Label>} by the word of <Trusted name={name} directory={directory} />{' '}
        </span>
      ))}
      {owner !== null && !isOwner && (
        <>
          {names.length > 0 && '· '}its owner is <KeyName of={owner} />
        </>
      )}
    </>
  )
}
