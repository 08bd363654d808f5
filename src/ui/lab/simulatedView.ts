/** The simulated servers as the page's own parts want to see servers: from nowhere in particular, each by its own word. */
import { unknownStorage } from '../../core/copies/health'
import type { CopyId, ServerId } from '../../core/names'
import type { CopyPicture, LabPicture } from '../../sim/lab/picture'
import type { TabView } from '../../tab/view'
import { inRingOrder, type KnownCopy } from '../copies/knownCopies'

const nobody = '' as ServerId

/** No server of a world is this tab; that of a tape was. */
export const simulatedView = ({ servers, tape }: LabPicture): TabView => ({
  state: 'running',
  reason: '',
  roomUrl: '',
  roomName: '',
  server: { id: tape?.server ?? nobody, name: '', serverName: '', up: null, removed: false, incarnation: 0 },
  joining: false,
  root: null,
  workingRoot: null,
  rootLabel: tape === null ? 'ANSI' : '/',
  workingDirectory: '/',
  rooms: [],
  copies: {},
  links: servers.map(({ id, name, state }) => ({
    server: id,
    key: null,
    name,
    state: state === 'running' || state === 'cannot save' || state === 'connected' ? 'connected' : 'lost',
    road: null,
    roundTrip: null,
    offset: null,
    lastHeard: null,
    sent: { messages: 0, bytes: 0 },
    received: { messages: 0, bytes: 0 },
    reason: '',
    root: null,
  })),
  cut: [],
  weather: { delay: 0, loss: 0 },
  refusals: [],
  combination: null,
  durability: 'local',
  clock: { correction: 0, greatestOffset: 0 },
  storage: unknownStorage,
  person: '',
  fingerprint: '',
  me: null,
  asked: false,
  invitation: null,
})

/** In the order of the ring, beginning at the same copy each time: the one whose server was named first. */
export function knownCopies({ copies, servers }: LabPicture): KnownCopy[] {
  const first = servers.find(({ id }) => copies.some(({ member }) => member.server === id))?.id ?? nobody
  return inRingOrder(copies.map(known), first)
}

const known = ({ member, state, silent }: CopyPicture): KnownCopy => ({
  member: { ...member, copy: member.copy satisfies CopyId },
  state,
  heard: null,
  standing: state === null ? 'asked' : silent === '' ? 'answers' : 'silent',
  reason: silent,
  round: 0,
})
