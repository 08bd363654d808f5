/** Bugs of a host, of its store, of what it acknowledges, and of the ways in which trees are kept. */
import { copiesFor } from '../../core/copies/durability'
import { afterEachStep, incomplete, onSave, type NamedCanary } from './canary'

export const hostCanaries: readonly NamedCanary[] = [
  { name: 'a host answers before what it promises is durable', rules: [...incomplete, 'DC2', 'monotone', 'P11'], make: () => ({ releasesEarly: true }) },
  {
    name: 'labels are the keys of an object',
    rules: incomplete,
    make: () => afterEachStep((copy) => void copy.visible.root.children?.delete('__proto__')),
  },
  {
    name: 'the ring pointer is not saved',
    rules: [...incomplete, 'DC2'],
    make: () =>
      onSave((save) => {
        if (!('copy' in save) || save.change.type !== 'fields' || save.change.fields.pointer === undefined) return save
        const { pointer: _, ...fields } = save.change.fields
        return { ...save, change: { type: 'fields', fields } }
      }),
  },
  {
    name: 'a quorum is acknowledged when the update was sent to it, not when its members answered',
    rules: ['P11'],
    make: () => ({
      stepped: ({ server }, input, effects) => {
        if (input.type !== 'call' || input.call.type !== 'secure') return
        for (const { id, ts, ring, level } of server.securing.values()) {
          effects.reply.push({ id: input.id, outcome: { ts, copies: ring.slice(0, copiesFor(level, ring.length)), of: ring.length } })
          server.securing.delete(id)
        }
      },
    }),
  },
  {
    name: 'a copy says that it has an update before it is on its disk',
    rules: ['P11', ...incomplete, 'DC2', 'monotone'],
    make: () => ({
      stepped: (_server, input, effects) => {
        const isAsked = input.type === 'message' && input.message.type === 'request' && input.message.request.type === 'has'
        if (isAsked) effects.save = effects.save.filter((save) => !('copy' in save) || save.change.type !== 'absorbed')
      },
    }),
  },
  {
    name: 'what came in a message is not saved',
    rules: [...incomplete, 'P11'],
    make: () => ({
      stepped: (_server, input, effects) => {
        if (input.type === 'message' && input.message.type === 'writeSweep') effects.save = effects.save.filter((save) => !('copy' in save) || save.change.type !== 'absorbed')
      },
    }),
  },
  {
    name: 'every greeting is sent back',
    rules: ['noStorm'],
    make: () => ({
      stepped: (_server, input, effects) => {
        if (input.type === 'message' && input.message.type === 'greet') effects.send.push({ to: input.from, message: input.message })
      },
    }),
  },
]
