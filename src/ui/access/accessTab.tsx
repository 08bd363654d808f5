import { Plus, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { formatLabels, shown } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { lastLabel } from '../desk/fullName'
import type { Place } from '../desk/place'
import { mayWrite, useOwnAccess } from '../desk/rights'
import { Explained, Label, Trouble } from '../parts/text'
import { SureButton } from '../parts/sureButton'
import { NewTriple } from './newTriple'
import { OwnRights } from './ownRights'
import { usePeople } from './people'
import { PresetChoice, TripleList } from './presetChoice'
import { ownEntry, whole, withoutOwn } from './presets'
import { Triples } from './triples'
import { useAmend, type Amend } from './useAmend'
import { WhoMay } from './whoMay'
import type { Known } from './words'

/** Who may do what in a directory: its triples, changed in place, and the question who may. */
export function AccessTab({ place }: { place: Place }) {
  const { undo } = useDesk()
  const me = useView((view) => view.person)
  const rootLabel = useView((view) => view.rootLabel)
  const { answer, failure, again } = useOwnAccess(place)
  const people = usePeople(place)
  const { fault, amend } = useAmend(place.directory, again)
  const last = useStore(undo.store, ({ changes }) => changes.at(-1))
  const [presets, setPresets] = useState(false)
  const known: Known = { me, owner: answer?.owner ?? null, entries: people.entries }
  const mayChange = answer !== null && mayWrite(answer, ['.', 'Access'])
  const triples = answer?.triples ?? null
  return (
    <section className="access" aria-label="Access">
      <Patterns people={people.labels} me={me} />
      {place.entity !== null && (
        <p className="hint">
          Rights are those of the directory <Label>{lastLabel(place.directory, rootLabel)}</Label>, in which <Label>{place.entity}</Label> stands.
        </p>
      )}
      {failure !== null && <Trouble>{failure}</Trouble>}
      {answer === null && failure === null && <p className="empty">Reading…</p>}
      {answer !== null && (
        <>
          {(!answer.isOpen || last !== undefined) && (
            <div className="toolbar">
              {!answer.isOpen && <OwnRights own={answer} entry={null} />}
              {last !== undefined && (
                <button type="button" className="quiet" onClick={() => void undo.last().then(again)} title="By a new update (Ctrl Z)">
                  <Undo2 aria-hidden size={14} /> Undo: <Label>{last.what}</Label>
                </button>
              )}
            </div>
          )}
          {fault !== null && <Trouble>{fault}</Trouble>}
          {answer.isOpen ? (
            <>
              <p className="open-directory">
                <b>Everybody in the room may do everything here.</b> The directory has no <Explained term="triple">triples</Explained>. With the first one it is closed: then each may do what a triple lets them, and whoever made it everything.
              </p>
              <h3>Close it</h3>
              <PresetChoice triples={[]} people={people} known={known} amend={amend} />
              <h3>Or begin with a triple of your own</h3>
              <NewTriple isOpen known={known} amend={amend} />
            </>
          ) : (
            <>
              {triples === null && (
                <>
                  <p>
                    You may not see all <Explained term="triple">triples</Explained> of this directory. {answer.granting.length === 0 ? 'None speaks of you.' : 'These speak of you:'}
                  </p>
                  <TripleList triples={answer.granting} known={known} />
                </>
              )}
              {triples !== null && <Triples triples={triples} owner={answer.owner} known={known} amend={mayChange ? amend : null} />}
              {mayChange && <NewTriple isOpen={false} known={known} amend={amend} />}
              {mayChange && triples !== null && <LetWrite all={withoutOwn(people, triples)} amend={amend} />}
              {mayChange && triples !== null && (
                <div className="row">
                  <button type="button" aria-expanded={presets} onClick={() => setPresets(!presets)}>
                    {presets ? 'Leave the presets' : 'Presets'}
                  </button>
                  <SureButton word="Open it to everybody" sure="Really: everybody may do everything" onSure={() => void amend([], triples, 'the directory opened to everybody')} />
                </div>
              )}
              {mayChange && triples !== null && presets && <PresetChoice triples={triples} people={people} known={known} amend={amend} />}
              {!mayChange && triples !== null && <p className="hint">You may look at the rights, not change them.</p>}
            </>
          )}
          <WhoMay key={place.name} place={place} people={people} known={known} />
        </>
      )}
    </section>
  )
}

/** So many are offered at a time. */
const MOST_OFFERED = 6

/** Entries that got their keys after the directory was closed: one press lets each write itself. */
function LetWrite({ all, amend }: { all: readonly string[]; amend: Amend['amend'] }) {
  if (all.length === 0) return null
  return (
    <p className="let-write">
      Let them write their own entry:
      {all.slice(0, MOST_OFFERED).map((label) => (
        <button key={label} type="button" className="small" aria-label={`Let ${shown(label)} write its own entry`} onClick={() => void amend([ownEntry(label)], [], `${shown(label)} let write its own entry`)}>
          <Plus aria-hidden size={13} /> <Label>{label}</Label>
        </button>
      ))}
      {all.length > MOST_OFFERED && `and ${all.length - MOST_OFFERED} more`}
    </p>
  )
}

/** What is offered in the fields of a triple. */
function Patterns({ people, me }: { people: readonly string[]; me: string }) {
  return (
    <>
      <datalist id="principal-patterns">
        <option value="*">everybody in the room</option>
        <option value="./*">every entry here</option>
        {people.map((label) => (
          <option key={label} value={`./${formatLabels([label])}`} />
        ))}
        <option value={me}>you, by your key</option>
      </datalist>
      <datalist id="path-patterns">
        <option value="*">every entry with all below</option>
        <option value="./*">what the directory says of itself</option>
        <option value="*/Server/*">servers take names</option>
        {people.map((label) => (
          <option key={label} value={whole(label)} />
        ))}
      </datalist>
    </>
  )
}
