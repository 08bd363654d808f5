/** Bugs of a host, of its store, and of the ways in which trees are kept. */
import { afterEachStep, incomplete, onSave, type NamedCanary } from './canary'

export const hostCanaries: readonly NamedCanary[] = [
  { name: 'a host answers before what it promises is durable', rules: [...incomplete, 'DC2', 'monotone'], make: () => ({ releasesEarly: true }) },
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
    name: 'what came in a message is not saved',
    rules: incomplete,
    make: () => ({
      stepped: (_server, input, effects) => {
        if (input.type === 'message' && input.message.type === 'writeSweep') effects.save = effects.save.filter((save) => !('copy' in save) || save.change.type !== 'absorbed')
      },
    }),
  },
]
