import { MoreHorizontal } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { LookupError } from '../client/lookupError'
import { AccessTab } from './access/accessTab'
import { RootNews } from './combination/rootNews'
import { CopiesTab } from './copies/copiesTab'
import { OwnLeaving } from './copies/leavingNews'
import { useReports } from './copies/reports'
import { epochNumber } from '../core/copies/directoryCopy'
import { useDesk, useView } from './desk/desk'
import { ancestorsOf, labelsOf, lastLabel, parentOf, ROOT } from './desk/fullName'
import { useCopy, type Place } from './desk/place'
import { shows, type Show } from './desk/selection'
import { ExpirationBadge } from './expiration/expirationBadge'
import { PlannedNews } from './expiration/plannedNews'
import { nameActions, takeBack } from './names/nameActions'
import { MenuButton } from './parts/menuButton'
import { Explained, Label, Trouble } from './parts/text'
import { StateBanner } from './status/stateBanner'
import { ValueTab } from './value/valueTab'
import { WaySoFar, WayTab } from './way/wayTab'

const words: Record<Show, string> = { value: 'Value', copies: 'Copies', access: 'Access', way: 'Way' }

/** What is selected, from three sides. */
export function Centre() {
  const { selection } = useDesk()
  const { at, show } = useStore(selection.store)
  const hasRoot = useView((view) => view.root !== null)
  const { answer: place, failure, thrown, again } = useReports().place
  return (
    <main id="centre" className="centre" tabIndex={-1}>
      <StateBanner />
      {hasRoot && (
        <>
          <Heading at={at} place={place} />
          <Tabs show={show} />
          <div role="tabpanel" id="centre-panel" aria-labelledby={`tab-${show}`} className="centre-panel">
            {failure !== null && (
              <>
                <Trouble>{failure}</Trouble>
                <OwnLeaving at={at} />
                <p className="row">
                  <button type="button" onClick={again}>
                    Try again
                  </button>
                  {parentOf(at) !== null && (
                    <button type="button" onClick={() => selection.go(parentOf(at) ?? ROOT)}>
                      Go to <Label>{parentOf(at) ?? ROOT}</Label>
                    </button>
                  )}
                </p>
                {show === 'way' && thrown instanceof LookupError && <WaySoFar lost={thrown} />}
              </>
            )}
            {place !== null && failure === null && place.detached !== '' && (
              <p className="banner warn" role="status">
                <span>
                  The name cannot be looked up now; this is the copy of this server. <bdi>{place.detached}</bdi>
                </span>
              </p>
            )}
            {place !== null && failure === null && show === 'value' && <ValueTab key={place.name} place={place} />}
            {place !== null && failure === null && show === 'copies' && <CopiesTab key={place.di} place={place} />}
            {place !== null && failure === null && show === 'access' && <AccessTab key={place.name} place={place} />}
            {place !== null && failure === null && show === 'way' && <WayTab place={place} />}
            {place === null && failure === null && <p className="empty">Looking up…</p>}
          </div>
        </>
      )}
    </main>
  )
}

function Heading({ at, place }: { at: string; place: Place | null }) {
  const desk = useDesk()
  const rootLabel = useView((view) => view.rootLabel)
  const named = useStore(desk.listing.store, (state) => state.named.get(at))
  const expiration = named?.expiration ?? null
  const copy = useCopy(place?.di ?? null)
  const type = named?.type ?? (place?.entity === null ? 'directory' : 'entry')
  const linked = place?.trail.findLast(({ found }) => found === 'link')
  return (
    <div className="heading">
      <nav aria-label="Path" className="path">
        {ancestorsOf(at).map((name) => (
          <span key={name}>
            <button type="button" className={labelsOf(name).length === 0 ? 'crumb root' : 'crumb'} onClick={() => desk.selection.go(name)}>
              <Label>{lastLabel(name, rootLabel)}</Label>
            </button>
            <span aria-hidden> / </span>
          </span>
        ))}
        <h2 className={at === ROOT ? 'root' : undefined}>
          <Label>{lastLabel(at, rootLabel)}</Label>
        </h2>
        <MenuButton name="What can be done here" className="quiet icon" items={nameActions(desk, named ?? { name: at, type, detail: '' })}>
          <MoreHorizontal aria-hidden size={17} />
        </MenuButton>
      </nav>
      {place !== null && (
        <p className="about">
          {linked !== undefined && <>{linked.label} is a link · </>}
          <Explained term="directory identifier">
            <span title={`Directory identifier #${place.di}`}>#{place.di.slice(0, 6)}…</span>
          </Explained>
          {copy !== null && (
            <>
              {' · '}
              <Explained term="epoch">epoch {epochNumber(copy.epoch)}</Explained>
            </>
          )}
          {copy === null && ' · no copy on this server'}
          {expiration !== null && (
            <>
              {' · '}
              <ExpirationBadge expiration={expiration} />
            </>
          )}
        </p>
      )}
      {at === ROOT && <RootNews />}
      {expiration !== null && <PlannedNews at={at} name={lastLabel(at, rootLabel)} expiration={expiration} version={copy?.version ?? null} onTakeBack={() => takeBack(desk, at)} />}
    </div>
  )
}

function Tabs({ show }: { show: Show }) {
  const { selection } = useDesk()
  const list = useRef<HTMLDivElement>(null)
  const { at } = selection.store.getState()
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: shows.length - 1 }[event.key]
    if (step === undefined) return
    const next = shows[(shows.indexOf(show) + step) % shows.length] ?? show
    selection.go(at, next)
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }
  return (
    <div ref={list} role="tablist" aria-label="What to see of it" className="tabs" onKeyDown={onKeyDown}>
      {shows.map((one) => (
        <button key={one} type="button" role="tab" id={`tab-${one}`} aria-selected={show === one} aria-controls="centre-panel" tabIndex={show === one ? 0 : -1} onClick={() => selection.go(selection.store.getState().at, one)}>
          {words[one]}
        </button>
      ))}
    </div>
  )
}
