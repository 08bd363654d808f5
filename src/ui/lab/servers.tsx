import { useState } from 'react'
import type { Label as LabelText } from '../../core/names'
import type { ServerPicture } from '../../sim/lab/picture'
import type { Deed } from '../../sim/lab/recording'
import { MenuButton } from '../parts/menuButton'
import type { MenuItem } from '../parts/menu'
import { Label } from '../parts/text'
import { nameIn, useDeed, usePicture } from './labContext'

/** The servers, and what can be done at each. */
export function Servers() {
  const servers = usePicture((picture) => picture.servers)
  const [path, setPath] = useState('Lampson/Phone/1')
  const labels = path.split('/').filter((label) => label !== '')
  return (
    <section className="lab-servers" aria-labelledby="lab-servers-heading">
      <h3 id="lab-servers-heading">Servers</h3>
      <label className="lab-path">
        A path to write or delete
        <input value={path} maxLength={200} spellCheck={false} onChange={(event) => setPath(event.target.value)} />
      </label>
      <ul>
        {servers.map((server) => (
          <Server key={server.id} server={server} path={labels} written={() => setPath(counted(path))} />
        ))}
      </ul>
    </section>
  )
}

/** `…/1` becomes `…/2`: the next press writes something else. */
const counted = (path: string): string => path.replace(/\d{1,9}$/, (number) => String(Number(number) + 1))

function Server({ server, path, written }: { server: ServerPicture; path: LabelText[]; written: () => void }) {
  const { name, state, skew, incarnation, holds } = server
  const act = useDeed()
  const directory = usePicture((picture) => picture.directory)
  const up = state !== 'crashed'
  const write = (present: boolean): void => {
    act({ type: 'write', server: name, directory, path, present })
    if (present) written()
  }
  return (
    <li data-server={name} data-state={state}>
      <div className="link-words">
        <b>
          <Label>{name}</Label>
        </b>{' '}
        <span className={state === 'running' ? undefined : 'grave-text'}>{state}</span>
        <small>{[!holds && 'no copy', incarnation > 1 && `start ${incarnation}`, skew !== 0 && `clock ${(skew / 1000).toFixed(1)} s off`].filter(Boolean).join(' · ')}</small>
      </div>
      <button type="button" className="small" aria-label={`Write at ${name}`} disabled={!up || path.length === 0} onClick={() => write(true)}>
        Write
      </button>
      <button type="button" className="small" aria-label={`Sweep from ${name}`} disabled={!up || !holds} onClick={() => act({ type: 'sweep', server: name, directory, form: 'ring' })}>
        Sweep
      </button>
      <button type="button" className="small" aria-label={up ? `Crash ${name}` : `Start ${name}`} onClick={() => act(up ? { type: 'crash', server: name } : { type: 'start', server: name })}>
        {up ? 'Crash' : 'Start'}
      </button>
      <MenuButton name={`More for ${name}`} className="quiet small" items={moreOf(server, act, directory, () => write(false), path)}>
        …
      </MenuButton>
    </li>
  )
}

function moreOf({ name, state, holds }: ServerPicture, act: (deed: Deed) => void, directory: Extract<Deed, { type: 'sweep' }>['directory'], erase: () => void, path: LabelText[]): MenuItem[] {
  const up = state !== 'crashed'
  const items: (MenuItem | false)[] = [
    up && path.length > 0 && { word: `Delete ${path.join('/')}`, act: erase },
    up && holds && { word: 'Sweep in parallel', act: () => act({ type: 'sweep', server: name, directory, form: 'parallel' }) },
    up && holds && { word: 'Remove the copy here', act: () => act({ type: 'removeCopy', server: name, directory }) },
    up && !holds && { word: 'Add a copy here', act: () => act({ type: 'addCopy', server: name, directory }) },
    up && { word: 'Make the directory DEC here', act: () => act({ type: 'makeDirectory', server: name, label: 'DEC' }) },
    { word: 'Isolate it', act: () => act({ type: 'isolate', server: name }) },
    up && (state === 'frozen' ? { word: 'Let it go on', act: () => act({ type: 'thaw', server: name }) } : { word: 'Freeze it', act: () => act({ type: 'freeze', server: name }) }),
    { word: 'Set its clock 2 minutes ahead', act: () => act({ type: 'setClock', server: name, ahead: 120_000, behind: 0 }) },
    { word: 'Set its clock 2 minutes behind', act: () => act({ type: 'setClock', server: name, ahead: 0, behind: 120_000 }) },
    { word: 'Set its clock right', act: () => act({ type: 'setClock', server: name, ahead: 0, behind: 0 }) },
  ]
  return items.filter((item) => item !== false)
}

/** The links as a list, for keyboards and screen readers, and for cuts in one direction. */
export function Links() {
  const act = useDeed()
  const links = usePicture((picture) => picture.links)
  const servers = usePicture((picture) => picture)
  const disturbed = links.some(({ cut }) => cut !== 'no')
  return (
    <details className="lab-links">
      <summary>
        Links <small>{disturbed ? `${links.filter(({ cut }) => cut !== 'no').length} cut` : 'a press on one in the picture cuts it'}</small>
      </summary>
      <ul className="link-list" aria-label="Links of the simulated servers">
        {links.map(({ a, b, stands, cut }) => {
          const [server, other] = [nameIn(servers, a), nameIn(servers, b)]
          const ends = `${server} – ${other}`
          return (
            <li key={ends} data-state={cut === 'no' ? (stands ? 'connected' : 'down') : 'cut'}>
              <div className="link-words">
                <b>
                  <Label>{ends}</Label>
                </b>{' '}
                <small className={cut === 'no' ? undefined : 'grave-text'}>{inWords(cut, stands, server, other)}</small>
              </div>
              <button type="button" className="small" aria-label={`${cut === 'no' ? 'Cut' : 'Heal'} ${ends}`} onClick={() => act(cut === 'no' ? { type: 'cut', server, other, oneWay: false } : { type: 'heal', server, other })}>
                {cut === 'no' ? 'Cut' : 'Heal'}
              </button>
              <MenuButton
                name={`Cut ${ends} one way`}
                className="quiet small"
                items={[
                  { word: `Nothing passes ${server} → ${other}`, act: () => act({ type: 'cut', server, other, oneWay: true }) },
                  { word: `Nothing passes ${other} → ${server}`, act: () => act({ type: 'cut', server: other, other: server, oneWay: true }) },
                ]}
              >
                …
              </MenuButton>
            </li>
          )
        })}
      </ul>
      <p className="row">
        <button type="button" disabled={!disturbed} onClick={() => act({ type: 'healNetwork' })}>
          Heal all links
        </button>
      </p>
    </details>
  )
}

function inWords(cut: 'no' | 'both' | 'a to b' | 'b to a', stands: boolean, a: string, b: string): string {
  if (cut === 'no') return stands ? 'connected' : 'not connected'
  if (cut === 'both') return 'cut'
  return cut === 'a to b' ? `nothing passes ${a} → ${b}` : `nothing passes ${b} → ${a}`
}
