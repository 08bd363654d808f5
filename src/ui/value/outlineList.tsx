import { useMemo, useRef, useState, type SyntheticEvent } from 'react'
import { Virtualizer } from 'virtua'
import type { Nodes } from '../../core/requests'
import { useDesk } from '../desk/desk'
import type { Place } from '../desk/place'
import type { Own } from '../desk/rights'
import { AddProperty } from './addProperty'
import { Edits } from './edits'
import { childrenOf } from './json'
import { linesOf } from './outline'
import { OutlineLine } from './outlineLine'
import { WhoWrote, type Pointed } from './whoWrote'

/** From how many lines on they begin folded. */
const MANY = 60

export function Outline({ place, own, nodes, stamps, absent }: { place: Place; own: Own | null; nodes: Nodes; stamps: boolean; absent: boolean }) {
  const desk = useDesk()
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set())
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const scroll = useRef<HTMLDivElement>(null)
  const { tree } = nodes
  const isDirectory = place.entity === null
  const edits = useMemo(() => new Edits(desk, place, tree, own), [desk, place, tree, own])
  const beginOpen = !isDirectory || childrenOf(tree).length <= MANY
  const lines = useMemo(() => linesOf(tree, { absent, turned, beginOpen, above: place.entity === null ? [] : [place.entity] }), [tree, absent, turned, beginOpen, place.entity])
  const turn = (key: string): void =>
    setTurned((before) => {
      const after = new Set(before)
      if (!after.delete(key)) after.add(key)
      return after
    })
  const point = (event: SyntheticEvent): void => setPointed(pointedAt(event.target as Element))
  return (
    <>
      <div ref={scroll} className="outline" onMouseOver={point} onFocus={point} onMouseLeave={() => setPointed(null)}>
        {lines.length === 0 ? (
          <p className="empty">{isDirectory ? 'This directory is empty. Make an entry or a directory in it by the menu beside its name.' : edits.mayAdd([]) ? 'Nothing is below this name yet. Add a property.' : 'Nothing is below this name, or nothing that you may read.'}</p>
        ) : (
          <div role="list" aria-label="Value tree">
            <Virtualizer scrollRef={scroll} data={lines} itemSize={34}>
              {(line) => <OutlineLine key={line.key} line={line} stamps={stamps} place={place} edits={edits} onTurn={turn} />}
            </Virtualizer>
          </div>
        )}
        {!isDirectory && edits.mayAdd([]) && <AddProperty edits={edits} />}
      </div>
      <WhoWrote pointed={pointed} writers={nodes.writers} place={place} />
    </>
  )
}

function pointedAt(element: Element): Pointed | null {
  const ts = element.closest<HTMLElement>('[data-ts]')?.dataset['ts']
  const path = element.closest<HTMLElement>('[data-path]')?.dataset['path']
  return ts === undefined || path === undefined ? null : { ts, path }
}
