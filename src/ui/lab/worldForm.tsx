import { Bug as BugIcon, Dices, Download, FolderOpen, Link2 } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import type { ClockName, PeopleName, Recipe, WeatherName } from '../../sim/lab/recording'
import { useDesk } from '../desk/desk'
import { saveLines } from '../parts/saveLines'
import { useDeed, useLab, useLabState, usePicture } from './labContext'
import { linkTo, LONGEST_LINK, runAsText } from './link'

const weathers: Record<WeatherName, string> = {
  calm: 'calm: 40 ms at most, nothing lost',
  slow: 'slow: 0.9 s, sometimes more',
  lossy: 'lossy: one message in five is lost, some come twice',
  stormy: 'stormy: slow, lossy, and disks that tear',
  seed: 'as the seed has it',
  aimed: 'at which the bug shows',
}
const people: Record<PeopleName, string> = { nobody: 'nobody but you', few: 'somebody, every few seconds', many: 'somebody, all the time', aimed: 'as the bug wants it' }
const clocks: Record<ClockName, string> = { right: 'right', seconds: 'up to 5 s off', minutes: 'up to 140 s off', aimed: 'as the bug wants it' }
const sizes = [1, 2, 3, 4, 5, 6, 7]

/** What goes on in this world besides what you do: takes effect at once. */
export function Surroundings() {
  const act = useDeed()
  const weather = usePicture((picture) => picture.weather)
  const busy = usePicture((picture) => picture.people)
  const misfortunes = usePicture((picture) => picture.misfortunes)
  const aimed = useAimed(usePicture(({ recording }) => recording.recipe.canary))
  return (
    <fieldset className="lab-now">
      <legend>Now</legend>
      <Choice label="Weather" value={weather} words={weathers} aimed={aimed} choose={(chosen) => act({ type: 'weather', weather: chosen })} />
      <Choice label="People" value={busy} words={people} aimed={aimed} choose={(chosen) => act({ type: 'people', people: chosen, misfortunes })} />
      <label className="choice">
        <input type="checkbox" checked={misfortunes} onChange={(event) => act({ type: 'people', people: busy, misfortunes: event.target.checked })} /> Misfortunes: crashes, cuts, frozen servers, wrong clocks
      </label>
    </fieldset>
  )
}

/** Another world: the same seed gives the same run. */
export function WorldForm() {
  const { send } = useLab()
  const recipe = usePicture(({ recording }) => recording.recipe)
  const weather = usePicture((picture) => picture.weather)
  const busy = usePicture((picture) => picture.people)
  const misfortunes = usePicture((picture) => picture.misfortunes)
  const bugs = useLabState((state) => state.bugs)
  const [chosen, setChosen] = useState<Partial<Recipe>>({})
  const wanted = { ...recipe, ...chosen }
  const aimed = useAimed(wanted.canary)
  const unaimed = <T extends string>(value: T, other: T): T => (value === 'aimed' && !aimed ? other : value)
  const whole: Recipe = { ...wanted, weather: unaimed(weather, 'calm'), people: unaimed(busy, 'few'), clocks: unaimed(wanted.clocks, 'right'), misfortunes }
  const begin = (event: FormEvent): void => {
    event.preventDefault()
    send({ type: 'begin', recipe: whole })
    setChosen({})
    toTop()
  }
  const search = (): void => {
    send({ type: 'search', recipe: whole })
    setChosen({})
    toTop()
  }
  return (
    <form className="lab-form" onSubmit={begin} aria-label="Another world">
      <h3>Another world</h3>
      <label>
        Seed
        <span className="lab-seed">
          <input value={wanted.seed} maxLength={40} spellCheck={false} required onChange={(event) => setChosen({ ...chosen, seed: event.target.value })} />
          <button type="button" className="icon" aria-label="Another seed" title="Another seed" onClick={() => setChosen({ ...chosen, seed: freshSeed() })}>
            <Dices aria-hidden size={16} />
          </button>
        </span>
      </label>
      <label>
        Servers
        <select value={wanted.servers} onChange={(event) => setChosen({ ...chosen, servers: Number(event.target.value) })}>
          {sizes.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </label>
      <Choice label="Clocks" value={whole.clocks} words={clocks} aimed={aimed} choose={(value) => setChosen({ ...chosen, clocks: value })} />
      <label>
        A bug put in
        <select value={wanted.canary ?? ''} onChange={(event) => setChosen({ ...chosen, canary: event.target.value === '' ? null : event.target.value })}>
          <option value="">none: the protocol as it is</option>
          {bugs.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <p className="row">
        <button type="submit" className="primary">
          Begin
        </button>
        <button type="button" disabled={wanted.canary === null} title="Tries seeds until an invariant breaks, and goes to shortly before" onClick={search}>
          <BugIcon aria-hidden size={15} /> Find a world where it shows
        </button>
      </p>
    </form>
  )
}

function Choice<T extends string>({ label, value, words, aimed, choose }: { label: string; value: T; words: Record<T, string>; aimed: boolean; choose: (value: T) => void }) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => choose(event.target.value as T)}>
        {(Object.keys(words) as T[])
          .filter((each) => each !== 'aimed' || aimed || value === each)
          .map((each) => (
            <option key={each} value={each}>
              {words[each]}
            </option>
          ))}
      </select>
    </label>
  )
}

/** Whether there is weather and work at which this bug shows soonest. */
const useAimed = (canary: string | null): boolean => useLabState((state) => state.bugs.some(({ name, aimed }) => aimed && name === canary))

/** The world is drawn there. */
const toTop = (): void => document.getElementById('centre')?.scrollTo(0, 0)

const freshSeed = (): string => crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)

const fileName = (what: string, of: string): string => `namering-${what}-${of.replaceAll(/[^\w-]+/g, '-')}.${what === 'tape' ? 'jsonl' : 'json'}`

/** This run as a link or a file, and one from a file. */
export function Sharing() {
  const { notices } = useDesk()
  const lab = useLab()
  const recording = usePicture((picture) => picture.recording)
  const tape = usePicture((picture) => picture.tape)
  const opened = useLabState((state) => state.opened)
  const file = useRef<HTMLInputElement>(null)
  const copy = (): void => {
    const link = linkTo(runAsText(recording))
    if (link.length > LONGEST_LINK) notices.tell(`So much was done in this run that its link has ${link.length} letters, and some programs cut links short: save it as a file instead.`)
    else navigator.clipboard.writeText(link).then(() => notices.tell('The link is copied: who opens it sees this world at this step.'), (error: unknown) => notices.fail(error))
  }
  return (
    <p className="row lab-sharing">
      {tape === null && (
        <button type="button" onClick={copy}>
          <Link2 aria-hidden size={15} /> Copy link
        </button>
      )}
      <button type="button" onClick={() => (tape === null ? saveLines(fileName('lab', recording.recipe.seed), [JSON.stringify(recording)]) : saveLines(fileName('tape', tape.name), [opened]))}>
        <Download aria-hidden size={15} /> Save
      </button>
      <button type="button" onClick={() => file.current?.click()}>
        <FolderOpen aria-hidden size={15} /> Open
      </button>
      <input
        ref={file}
        type="file"
        accept="application/json,.json,.jsonl"
        aria-label="A run of the lab, or a tape of a server, saved before"
        hidden
        onChange={(event) => {
          const [chosen] = event.target.files ?? []
          event.target.value = ''
          chosen?.text().then((json) => lab.open(json), (error: unknown) => notices.fail(error))
        }}
      />
    </p>
  )
}
