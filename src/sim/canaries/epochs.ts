/** Bugs in new epochs: in the seal, in who is a member, in what becomes of those left out. */
import type { CopyFields, DirectoryCopy, Exclusion } from '../../core/copies/directoryCopy'
import type { EpochFacts, Message } from '../../core/messages'
import type { Input } from '../../core/step'
import { calm } from '../network'
import type { SimServer } from '../simServer'
import type { Canary } from '../world'
import { copiesOf, incomplete, type NamedCanary } from './canary'

const mix = { write: 60, read: 0, sweep: 20, join: 25, leave: 0, makeDirectory: 0, bulk: 0, epoch: 14, abandon: 0, decide: 0 }
const reforming = { weather: { ...calm, loss: 0.1, delay: 250 }, mix, pace: 400, worstSkew: 0 }
const rules = [...incomplete, 'monotone', 'DC2', 'DC3', 'E2', 'E3', 'E6', 'E7', 'noResurrection']

const isMessage = (input: Input, ...types: Message['type'][]): boolean => input.type === 'message' && types.includes(input.message.type)

/** Some fields of copies are otherwise for as long as a step runs; what the step sets itself stays. */
function during(holds: (input: Input) => boolean, fields: (copy: DirectoryCopy, input: Input, server: SimServer) => Partial<CopyFields>): Canary {
  const hidden: { copy: DirectoryCopy; shown: Partial<CopyFields>; truth: Partial<CopyFields> }[] = []
  return {
    before: (server, input) => {
      if (!holds(input)) return
      for (const copy of copiesOf(server)) {
        const shown = fields(copy, input, server)
        const truth = Object.fromEntries((Object.keys(shown) as (keyof CopyFields)[]).map((field) => [field, copy[field]]))
        hidden.push({ copy, shown, truth })
        Object.assign(copy, shown)
      }
    },
    stepped: () => {
      for (const { copy, shown, truth } of hidden.splice(0)) for (const field of Object.keys(shown) as (keyof CopyFields)[]) if (copy[field] === shown[field]) Object.assign(copy, { [field]: truth[field] })
    },
  }
}

/** What a member says of itself to who makes an epoch, in both rounds. */
const onFacts = (change: (facts: EpochFacts) => EpochFacts): NonNullable<Canary['message']> => (message) => {
  if (message.type !== 'epochFacts' && message.type !== 'sealed') return message
  return message.facts === null ? message : { ...message, facts: change(message.facts) }
}

const withoutRings = (facts: EpochFacts): EpochFacts => ({ ...facts, ring: [], sweptRings: [], otherRings: [] })

const sweeping = (input: Input): boolean => input.type === 'call' || input.type === 'tick' || isMessage(input, 'lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote', 'request')
const deciding = (input: Input): boolean => input.type === 'call' || input.type === 'tick' || isMessage(input, 'epochFacts', 'sealed', 'request')

export const epochCanaries: readonly NamedCanary[] = [
  {
    name: 'F goes on while somebody whom an epoch left out may come back',
    rules,
    make: () => during(sweeping, ({ excluded }) => (excluded.length === 0 ? {} : { excluded: [] })),
    aim: reforming,
  },
  {
    name: 'a member answers that it is sealed, and is not',
    rules,
    make: () => {
      const unsealed = new Map<DirectoryCopy, Pick<CopyFields, 'seals' | 'promised'>>()
      return {
        before: (server, input) => {
          if (isMessage(input, 'seal')) for (const copy of copiesOf(server)) unsealed.set(copy, { seals: copy.seals, promised: copy.promised })
        },
        stepped: (server, input, effects) => {
          if (!isMessage(input, 'seal')) return
          for (const copy of copiesOf(server)) Object.assign(copy, unsealed.get(copy))
          effects.save = effects.save.filter((save) => !('copy' in save && save.change.type === 'fields' && save.change.fields.seals !== undefined))
        },
      }
    },
    aim: reforming,
  },
  {
    name: 'a sealed copy takes messages of other copies',
    rules,
    make: () => during((input) => isMessage(input, 'updates', 'greet', 'spliceNews'), ({ seals }) => (seals.length === 0 ? {} : { seals: [] })),
    aim: reforming,
  },
  {
    name: 'lastSweep is kept over epochs',
    rules,
    make: () => {
      const before = new Map<DirectoryCopy, DirectoryCopy['lastSweep']>()
      return {
        before: (server) => {
          for (const copy of copiesOf(server)) before.set(copy, copy.lastSweep)
        },
        stepped: (server, _input, { save }) => {
          for (const each of save) {
            if (!('copy' in each) || each.change.type !== 'fields' || each.change.fields.epoch === undefined) continue
            const copy = server.copyOf(each.directory)!
            const lastSweep = before.get(copy) ?? copy.lastSweep
            each.change.fields.lastSweep = lastSweep
            Object.assign(copy, { lastSweep })
          }
        },
      }
    },
    aim: reforming,
  },
  {
    name: 'a copy that is leaving, or has left, is taken into an epoch',
    rules,
    make: () => {
      const left = new Map<DirectoryCopy, DirectoryCopy['state']>()
      return {
        before: (server, input) => {
          if (!isMessage(input, 'askEpochFacts', 'seal', 'epochNews')) return
          for (const copy of copiesOf(server)) {
            if (copy.state !== 'leaving' && copy.state !== 'left') continue
            left.set(copy, copy.state)
            Object.assign(copy, { state: 'active' })
          }
        },
        stepped: (server) => {
          for (const copy of copiesOf(server)) if (copy.leaving !== null && copy.state === 'active') Object.assign(copy, { state: left.get(copy) })
          left.clear()
        },
      }
    },
    aim: { ...reforming, mix: { ...mix, leave: 25, sweep: 40 } },
    from: 45,
  },
  {
    name: 'the number of an epoch follows on the last one that ruled, not on what was promised',
    rules,
    make: () => ({
      ...during((input) => isMessage(input, 'seal') || deciding(input), ({ epoch, promised, seals }) => (promised > epoch && seals.length > 0 ? { promised: epoch } : {})),
      message: onFacts((facts) => ({ ...facts, promised: facts.facts.epoch })),
    }),
    aim: reforming,
  },
  {
    name: 'whom an epoch leaves out is worked out from what was said before the seal',
    rules,
    make: () => {
      const first = new Map<string, EpochFacts>()
      return {
        before: (server, input) => {
          if (input.type !== 'message') return
          const { from, message } = input
          if (message.type === 'epochFacts' && message.facts !== null) first.set(`${server.id} ${from}`, message.facts)
          if (message.type === 'sealed') message.facts = first.get(`${server.id} ${from}`) ?? message.facts
        },
      }
    },
    aim: { ...reforming, pace: 100, mix: { ...mix, join: 60, epoch: 30 } },
  },
  {
    name: 'a copy that was left out goes before anybody has decided on what it alone has',
    rules,
    make: () => ({
      stepped: (server, input, effects) => {
        if (input.type !== 'tick') return
        for (const copy of copiesOf(server)) {
          if (copy.state !== 'excluded' || copy.seals.length > 0) continue
          server.server.copies.delete(copy.directory)
          effects.save.push({ server: { type: 'retired', copy: copy.id, directory: copy.directory } })
        }
      },
    }),
    aim: { ...reforming, weather: { ...reforming.weather, loss: 0.4 } },
  },
  {
    name: 'what F has passed on the side that an epoch left out is not compared',
    rules,
    make: () => during((input) => isMessage(input, 'snapshotPage'), ({ outside, stableMark }) => (outside === null ? {} : { outside: { ...outside, mark: stableMark } })),
    rare: true,
    aim: { ...reforming, servers: 3, mix: { ...mix, abandon: 25, sweep: 60, epoch: 20 } },
  },
  {
    name: 'an epoch forgets one of those that it leaves out',
    rules,
    make: () => ({
      message: (message) => (message.type === 'epochNews' ? { ...message, excluded: message.excluded.slice(1) } : message),
      stepped: (server, _input, { save }) => {
        for (const each of save) {
          if (!('copy' in each) || each.change.type !== 'fields' || each.change.fields.epoch === undefined) continue
          each.change.fields.excluded = each.change.fields.excluded!.slice(1)
          Object.assign(server.copyOf(each.directory)!, { excluded: each.change.fields.excluded })
        }
      },
    }),
    aim: reforming,
  },
  {
    name: 'a copy that was abandoned is merged back',
    rules,
    make: () => {
      const awaited = ({ excluded }: Pick<CopyFields, 'excluded'>): Exclusion[] => excluded.map((exclusion) => ({ ...exclusion, abandoned: false }))
      return {
        ...during(deciding, ({ directory, excluded }, _input, { server }) => (server.proposals.has(directory) && excluded.length > 0 ? { excluded: awaited({ excluded }) } : {})),
        message: onFacts((facts) => ({ ...facts, facts: { ...facts.facts, excluded: awaited(facts.facts) } })),
      }
    },
    rare: true,
    aim: { ...reforming, mix: { ...mix, abandon: 20, sweep: 60 } },
  },
  {
    name: 'an update of an older epoch is taken in the new one',
    rules,
    make: () => ({
      ...during((input) => isMessage(input, 'updates'), (copy, input) => {
        const { message, from } = input as { message: Extract<Message, { type: 'updates' }>; from: DirectoryCopy['pointer']['server'] }
        if (message.directory !== copy.directory || message.epoch >= copy.epoch) return {}
        message.epoch = copy.epoch
        return { ring: [...copy.ring, { copy: message.from, server: from, name: 'stranger' }] }
      }),
    }),
    aim: reforming,
  },
  {
    name: 'nobody asks for a majority',
    rules,
    make: () => ({
      message: (message) => (message.type === 'epochFacts' && message.facts !== null ? { ...message, facts: withoutRings(message.facts) } : message),
      before: (server) => {
        for (const proposal of server.server.proposals.values()) {
          if (proposal.epoch !== null) proposal.force = true
          else for (const [from, facts] of proposal.answers) proposal.answers.set(from, withoutRings(facts))
        }
      },
    }),
    rare: true,
    aim: { ...reforming, weather: { ...reforming.weather, loss: 0.4 } },
  },
  {
    name: 'an old store is believed',
    rules: ['B3'],
    make: () => ({
      before: (_server, input) => {
        if (input.type === 'start') input.storeIsOld = false
      },
    }),
    aim: { ...reforming, restoresDisks: true },
  },
  {
    name: 'an older start is believed',
    rules: [...rules, 'P11'],
    make: () => ({ before: ({ server }) => server.fenced.clear() }),
    aim: { ...reforming, restoresDisks: true },
  },
  {
    name: 'a sealed copy that hears nothing for a while takes the epoch for given up',
    rules,
    make: () => ({
      stepped: (server, input) => {
        if (input.type === 'tick') for (const copy of copiesOf(server)) if (copy.seals.some(({ committer }) => committer.copy !== copy.id)) Object.assign(copy, { seals: [] })
      },
    }),
    aim: reforming,
  },
]
