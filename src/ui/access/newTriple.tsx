import { Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { Grant } from '../../client/nameService'
import type { Right } from '../../core/auth/access'
import { shown } from '../../core/names'
import { administration } from './presets'
import { RightToggles } from './rightToggles'
import { Said } from './said'
import { administers, faultOf } from './triples'
import type { Amend } from './useAmend'
import { grantWords, shortPattern, type Known } from './words'

const normal = (text: string): string => text.trim().normalize('NFC')
/** What people write for an entry here: Lampson is ./Lampson. */
export const principalMeant = (text: string): string => (/^(?:[*#.]|ed25519:|p256:)/.test(text) || text === '' ? text : `./${text}`)

/** One triple more, said in words before it is set. */
export function NewTriple({ isOpen, known, amend }: { isOpen: boolean; known: Known; amend: Amend['amend'] }) {
  const [who, setWho] = useState('')
  const [where, setWhere] = useState('*')
  const [rights, setRights] = useState<readonly Right[]>(['read'])
  const grant: Grant = { principal: principalMeant(normal(who)), path: normal(where), rights }
  const fault = grant.principal === '' ? null : faultOf(grant.principal, grant.path, rights.length === 0 ? ['read'] : rights)
  const isReady = grant.principal !== '' && fault === null && rights.length > 0
  const withMe = isOpen && !administers(grant)
  const turn = (right: Right): void => setRights(rights.includes(right) ? rights.filter((one) => one !== right) : [...rights, right])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isReady) return
    const given = withMe ? [grant, administration(known.me)] : [grant]
    void amend(given, [], isOpen ? 'the directory closed' : `a triple of ${shown(shortPattern(grant.principal))} at ${shown(grant.path)} added`).then((done) => done && setWho(''))
  }
  return (
    <form className="new-triple" aria-label="New triple" onSubmit={submit}>
      <label>
        Who
        <input list="principal-patterns" placeholder="./Lampson, ./*, *, a key" value={who} spellCheck={false} autoComplete="off" aria-invalid={fault !== null} onChange={(event) => setWho(event.target.value)} />
      </label>
      <label>
        Where
        <input list="path-patterns" placeholder="Lampson/*" value={where} spellCheck={false} autoComplete="off" aria-invalid={fault !== null} onChange={(event) => setWhere(event.target.value)} />
      </label>
      <RightToggles of="the new triple" given={rights} kept={() => null} onTurn={turn} />
      <button type="submit" disabled={!isReady}>
        <Plus aria-hidden size={14} /> Add triple
      </button>
      <p className="in-words" role="status">
        {fault !== null && <span className="field-fault">{fault}</span>}
        {isReady && <Said>{grantWords(grant, known)}</Said>}
        {isReady && isOpen && <> It closes the directory: nobody else may do anything in it then.{withMe && ' That you may still change its rights is set with it.'}</>}
        {grant.principal !== '' && rights.length === 0 && 'Press at least one right.'}
        {grant.principal === '' && 'Name somebody: an entry here such as ./Lampson, every entry ./*, everybody *, or a key.'}
      </p>
    </form>
  )
}
