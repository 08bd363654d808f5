import { X } from 'lucide-react'
import { useState } from 'react'
import type { AccessReport, Grant } from '../../client/nameService'
import { tripleOf, type Right } from '../../core/auth/access'
import { matchesPath, parsePathPattern } from '../../core/auth/principal'
import { explain, isFailure } from '../../core/errors'
import { shown } from '../../core/names'
import { InPlaceField } from '../parts/inPlaceField'
import { Explained } from '../parts/text'
import { SureButton } from '../parts/sureButton'
import { RightToggles } from './rightToggles'
import { Said } from './said'
import type { Amend } from './useAmend'
import { keyWords, shortKey, shortPattern, whereWords, whoWords, type Known } from './words'

type Standing = NonNullable<AccessReport['triples']>[number]

/** So many are shown at first. */
const MOST = 100

interface TriplesProps {
  triples: readonly Standing[]
  owner: string | null
  known: Known
  /** Null for who may look at them and not change them. */
  amend: Amend['amend'] | null
}

/** The triples as a table that is changed in place. The owner stands first, in every directory that has one. */
export function Triples({ triples, owner, known, amend }: TriplesProps) {
  const [all, setAll] = useState(false)
  const inOrder = triples.toSorted((a, b) => placeOf(a) - placeOf(b) || compare(a.principal, b.principal) || compare(a.path, b.path))
  const visible = all ? inOrder : inOrder.slice(0, MOST)
  const administering = triples.filter(administers)
  return (
    <>
      <div className="triples" role="table" aria-label="Triples">
        <div role="row" className="triple-row head">
          <span role="columnheader" className="who-may">
            <Explained term="principal">Who</Explained>
          </span>
          <span role="columnheader" className="reach">
            Where
          </span>
          <span role="columnheader" className="rights">
            <Explained term="right">Rights</Explained>
          </span>
          <span role="columnheader" className="final">
            <Explained term="final">Final</Explained>
          </span>
          <span role="columnheader" className="away">
            <span className="unseen">Delete</span>
          </span>
        </div>
        {owner !== null && <OwnerRow owner={owner} known={known} />}
        {visible.map((triple, i) => (
          // A row keeps its place, and its focus, while its rights change.
          <TripleRow key={`${triple.principal} ${triple.path} ${i > 0 && isBeside(triple, visible[i - 1]!) ? i : 0}`} triple={triple} known={known} amend={amend} isOnly={triples.length === 1} isLastAdministering={administering.length === 1 && administering[0] === triple} />
        ))}
      </div>
      {inOrder.length > visible.length && (
        <button type="button" className="quiet" onClick={() => setAll(true)}>
          Show {inOrder.length - visible.length} more
        </button>
      )}
    </>
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const isBeside = (a: Grant, b: Grant): boolean => a.principal === b.principal && a.path === b.path
/** Who may change the rights, then everybody, then groups, then each. */
const placeOf = (triple: Grant): number => (administers(triple) ? 0 : triple.principal === '*' ? 1 : triple.principal.includes('*') ? 2 : 3)

/** Whether who is meant may change the triples. */
export function administers({ path, rights }: Grant): boolean {
  const pattern = parsePathPattern(path)
  return !isFailure(pattern) && rights.includes('write') && matchesPath(pattern, ['.', 'Access'])
}

/** Who made the directory, whom nobody can shut out: a row that cannot go. */
function OwnerRow({ owner, known }: { owner: string; known: Known }) {
  return (
    <div role="row" className="triple-row owner">
      <span role="rowheader" className="who-may">
        <bdi className="pattern" title={owner}>
          {shortKey(owner)}
        </bdi>
        <small>
          <Explained term="owner">Owner</Explained>: {owner === known.me ? 'you' : known.entries.has(owner) ? <Said>{keyWords(owner, known)}</Said> : 'whoever made this directory'}
        </small>
      </span>
      <span role="cell" className="reach">
        <span className="pattern">everything</span>
      </span>
      <span role="cell" className="rights">
        <RightToggles of="the owner" given={['read', 'write', 'test', 'copy']} kept={() => null} onTurn={null} />
      </span>
      <span role="cell" className="final">
        for ever
      </span>
      <span role="cell" className="away" />
    </div>
  )
}

interface RowProps {
  triple: Standing
  known: Known
  amend: Amend['amend'] | null
  isOnly: boolean
  isLastAdministering: boolean
}

const LAST = 'The last triple by which somebody may change the rights: give that to another one first.'

function TripleRow({ triple, known, amend, isOnly, isLastAdministering }: RowProps) {
  const [changing, setChanging] = useState<'nothing' | 'who' | 'where'>('nothing')
  const { principal, path, rights, isFinal } = triple
  const old: Grant = { principal, path, rights }
  const name = `${shown(shortPattern(principal))} at ${shown(path)}`
  const done = (): void => setChanging('nothing')
  const change = (to: Grant): void => void amend?.([to], [old], `the triple of ${name} changed`)
  const turn = (right: Right): void => change({ ...old, rights: rights.includes(right) ? rights.filter((one) => one !== right) : [...rights, right] })
  const kept = (right: Right): string | null => (rights.length === 1 ? 'A triple has one right at least: delete it instead.' : right === 'write' && isLastAdministering ? LAST : null)
  const remove = (): void => void amend?.([], [old], isOnly ? 'the directory opened to everybody' : `the triple of ${name} deleted`)
  return (
    <div role="row" className="triple-row">
      <span role="rowheader" className="who-may">
        {changing === 'who' ? (
          <InPlaceField name={`New principal pattern of ${name}`} begin={principal} list="principal-patterns" faultOf={(text) => faultOf(text, path, rights)} onLeave={done} onSave={(text) => change({ ...old, principal: text })} />
        ) : (
          <Pattern name={`Change who: ${name}`} text={principal} onPress={amend === null ? null : () => setChanging('who')} />
        )}
        <small>
          <Said>{whoWords(principal, known)}</Said>
        </small>
      </span>
      <span role="cell" className="reach">
        {changing === 'where' ? (
          <InPlaceField name={`New path pattern of ${name}`} begin={path} list="path-patterns" faultOf={(text) => faultOf(principal, text, rights)} onLeave={done} onSave={(text) => change({ ...old, path: text })} />
        ) : (
          <Pattern name={`Change where: ${name}`} text={path} onPress={amend === null ? null : () => setChanging('where')} />
        )}
        <small>
          <Said>{whereWords(path)}</Said>
          {rights.includes('copy') && path !== '*' && ' · copy counts only with *'}
        </small>
      </span>
      <span role="cell" className="rights">
        <RightToggles of={name} given={rights} kept={kept} onTurn={amend === null ? null : turn} />
      </span>
      <span role="cell" className={isFinal ? 'final' : 'final not-yet'} title={isFinal ? 'Every copy has all that is older: nothing can void it any more.' : 'Older changes may still come from a copy that was not heard, and void it. A sweep settles that.'}>
        {isFinal ? 'final' : 'not final yet'}
      </span>
      <span role="cell" className="away">
        {amend === null ? null : isOnly ? (
          <SureButton word="Delete" sure="Open to everybody?" about={name} small onSure={remove} />
        ) : (
          <button type="button" className="quiet icon" aria-label={`Delete the triple of ${name}`} aria-disabled={isLastAdministering} title={isLastAdministering ? LAST : 'Delete this triple'} onClick={() => !isLastAdministering && remove()}>
            <X aria-hidden size={14} />
          </button>
        )}
      </span>
    </div>
  )
}

function Pattern({ name, text, onPress }: { name: string; text: string; onPress: (() => void) | null }) {
  const words = <bdi>{shown(shortPattern(text))}</bdi>
  return onPress === null ? (
    <span className="pattern" title={shown(text)}>
      {words}
    </span>
  ) : (
    <button type="button" className="pattern" aria-label={name} title={shown(text)} onClick={onPress}>
      {words}
    </button>
  )
}

/** Why patterns make no triple, in words. */
export function faultOf(principal: string, path: string, rights: readonly Right[]): string | null {
  const triple = tripleOf(principal, path, rights)
  return isFailure(triple) ? explain(triple) : null
}

