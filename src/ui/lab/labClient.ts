/** The page's end of the lab: its worker, and what that last told, in a store. Made once: leaving the lab loses nothing. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { LabPicture } from '../../sim/lab/picture'
import type { Bug } from '../../sim/lab/recording'
import { labWorkerUrl } from './labWorkerUrl'
import type { Command, Moment, News } from './protocol'

export interface LabState {
  picture: LabPicture | null
  furthest: number
  moment: Moment
  bugs: readonly Bug[]
  /** What could not be done, in a sentence; '' when there is nothing to say. */
  trouble: string
  speed: number
  /** The text of the tape or run that was opened last. */
  opened: string
}

export interface LabClient {
  store: StoreApi<LabState>
  send: (command: Command) => void
  /** Runs this recording, in JSON, to its position; or shows this tape from its beginning. */
  open: (json: string) => void
}

const blank: LabState = { picture: null, furthest: 0, moment: { time: 0, running: false, busy: '', flights: [] }, bugs: [], trouble: '', speed: 0.05, opened: '' }

function start(): LabClient {
  const store = createStore<LabState>(() => blank)
  const worker = new Worker(labWorkerUrl, { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<News>) => store.setState(heard(data)))
  worker.addEventListener('error', ({ message }) => store.setState({ trouble: `The lab has stopped: ${message === '' ? 'its worker could not be loaded' : message}. Reload the page to begin anew.` }))
  const send = (command: Command): void => {
    store.setState({ trouble: '', ...(command.type === 'speed' && { speed: command.speed }) })
    worker.postMessage(command)
  }
  const open = (json: string): void => {
    store.setState({ opened: json })
    send({ type: 'open', json })
  }
  return { store, send, open }
}

function heard(news: News): Partial<LabState> {
  switch (news.type) {
    case 'bugs':
      return { bugs: news.bugs }
    case 'moment':
      return { moment: news.moment }
    case 'picture':
      return { picture: news.picture, furthest: news.furthest }
    case 'trouble':
      return { trouble: news.sentence }
  }
}

let client: LabClient | null = null
export const labClient = (): LabClient => (client ??= start())
