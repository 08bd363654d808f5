import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { rights, type Right } from '../../core/auth/access'
import { explain, isFailure } from '../../core/errors'
import { formatLabels, formatPath, parseDesignator, shown } from '../../core/names'
import type { AccessReport } from '../../client/nameService'
import { useDesk, useView } from '../desk/desk'
import { designate } from '../desk/fullName'
import type { Place } from '../desk/place'
import { useReading } from '../desk/reading'
import { Explained, Label, Trouble } from '../parts/text'
import { principalMeant } from './newTriple'
import type { People } from './people'
import { Said } from './said'
import { nameMeantBy, trustedFor } from './trust'
import { Trusted } from './trusted'
import { deeds, explained, shortKey, shortPattern, whoWords, type Known, type Words } from './words'

/** "Who may?": for anybody and any path, each right, the triple that decides, the directories that were trusted, and whether that is final. */
export function WhoMay({ place, people, known }: { place: Place; people: People; known: Known }) {
  const { service } = useDesk().tab
  const version = useView((view) => view.copies[place.di]?.version ?? null)
  const [who, setWho] = useState('me')
  const [where, setWhere] = useState(place.entity === null ? '' : formatPath([place.entity]))
  const about = who.trim() === '' || who.trim() === 'me' ? null : principalMeant(who.trim())
  // Labels written with a colon or a blank before them are none; the fault says so.
  const path = parseDesignator(`:${where.trim()}`)
  const labels = isFailure(path) ? null : path.path
  const { answer, failure } = useReading(labels === null ? null : `may ${place.di} ${about ?? ''} ${where.trim()}`, version, () => service.access(designate(place.directory, labels ?? []), about))
  return (
    <section className="who-may-panel" aria-label="Who may?">
      <h3>Who may?</h3>
      <div className="who-may-form">
        <label>
          Who
          <input list="principals" value={who} spellCheck={false} autoComplete="off" onChange={(event) => setWho(event.target.value)} />
        </label>
        <label>
          Where
          <input list="paths" value={where} placeholder="the whole directory" spellCheck={false} autoComplete="off" onChange={(event) => setWhere(event.target.value)} />
        </label>
      </div>
      <datalist id="principals">
        <option value="me" />
        <option value="*" />
        {people.labels.map((label) => (
          <option key={label} value={`./${formatLabels([label])}`} />
        ))}
      </datalist>
      <datalist id="paths">
        {people.labels.map((label) => (
          <option key={label} value={formatPath([label])} />
        ))}
        <option value="./Access" />
      </datalist>
      {isFailure(path) && <Trouble>{explain(path)}</Trouble>}
      {failure !== null && <Trouble>{failure}</Trouble>}
      {answer !== null && (
        <>
          <p className="who-may-about">
            <About about={about} answer={answer} known={known} />
          </p>
          <dl className="who-may-answer" aria-label="What is allowed">
            {rights.map((right) => (
              <Answered key={right} right={right} answer={answer} known={known} directory={place.directory} />
            ))}
          </dl>
        </>
      )}
    </section>
  )
}

function About({ about, answer: { key, names }, known }: { about: string | null; answer: AccessReport; known: Known }) {
  const called = names.length === 0 ? 'the directory has no name for this key' : 'known here as '
  if (about === null || key !== null)
    return (
      <>
        {about === null || key === known.me ? 'You' : 'The key'} <span title={key ?? ''}>({shortKey(key ?? 'no key')})</span>: {called}
        {names.map((name, i) => (
          <span key={name}>
            {i > 0 && ', '}
            <Label>{name}</Label>
          </span>
        ))}
        .
      </>
    )
  return (
    <>
      This is <Said>{whoWords(about, known)}</Said>.
    </>
  )
}

interface AnsweredProps {
  right: Right
  answer: AccessReport
  known: Known
  directory: string
}

function Answered({ right, answer, known, directory }: AnsweredProps) {
  const found = answer.allowed.find((one) => one.right === right)
  const reads = right === 'test' && answer.allowed.some((one) => one.right === 'read')
  return (
    <div data-right={right} data-allowed={found !== undefined || reads}>
      <dt title={explained[right]}>
        {found === undefined && !reads ? <X aria-hidden size={15} className="no" /> : <Check aria-hidden size={15} className="yes" />} {right}
      </dt>
      <dd>
        {found !== undefined ? <Why right={right} why={found.why} known={known} /> : reads ? 'Yes: who may read may compare.' : `No: no triple gives the right to ${deeds[right]} ${right === 'copy' ? 'the directory' : 'it'}.`}
        {found !== undefined && typeof found.why !== 'string' && <RestsOn principal={found.why.principal} isFinal={found.isFinal} names={answer.names} directory={directory} />}
      </dd>
    </div>
  )
}

function Why({ right, why, known }: { right: Right; why: AccessReport['allowed'][number]['why']; known: Known }) {
  if (why === 'open') return <>Yes: the directory has no triples, so everybody in the room may.</>
  if (why === 'owner') return <>Yes, as owner: whoever made the directory cannot be shut out.</>
  const words: Words = whoWords(why.principal, known)
  return (
    <>
      Yes, by <bdi className="pattern" title={shown(why.principal)}>{shown(`${right} ${shortPattern(why.principal)}:${why.path}`)}</bdi>: <Said>{words}</Said>.
    </>
  )
}

/** On whose word the deciding triple means that one [X2], and whether it may still be voided [A2]. */
function RestsOn({ principal, isFinal, names, directory }: { principal: string; isFinal: boolean; names: readonly string[]; directory: string }) {
  const name = nameMeantBy(principal, names)
  return (
    <small className="rests-on">
      {name !== null && <OnTheWord name={name} directory={directory} />}
      <Explained term="final">{isFinal ? 'Final' : 'Not final yet'}</Explained>: {isFinal ? 'every copy has all that is older than this triple.' : 'an older change of rights may still arrive.'}
    </small>
  )
}

function OnTheWord({ name, directory }: { name: string; directory: string }) {
  if (trustedFor(name, directory).length === 0) return <>Trusted is this directory alone. </>
  return (
    <>
      Trusted are this directory, <Trusted name={name} directory={directory} />
      {name.startsWith('#') && ', and every directory on the way to the first of these'}
      {'. '}
    </>
  )
}
