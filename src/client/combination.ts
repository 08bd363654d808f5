/**
 * Two services become one ("growth by combination", figure 6): both below a new root, or one below the other's. What is
 * done stands in the directories themselves, so each step looks first, and all may be begun again at any time, by anybody [O3].
 */
import { failure, NameServiceError } from '../core/errors'
import { inForce } from '../core/entries/parents'
import { movesIn, sidesBelow, stepsOf, type Combination, type CombinationStep } from '../core/directories/combination'
import { nameBelow, type DirectoryId, type Label } from '../core/names'
import type { Move, NameService } from './nameService'

export type CombinationCalls = Pick<NameService, 'setRoom' | 'enumerate' | 'newRoot' | 'moves' | 'lookup' | 'moveSubtree'>

/** s that a step waits for others, before it says for whom. */
const PATIENCE = 10

/** Takes the steps that are not done yet, in order; `began` is told of each. Throws what keeps one from being done: then all is begun again later. */
export async function combine(service: CombinationCalls, combination: Combination, began: (step: CombinationStep) => void): Promise<void> {
  for (const step of stepsOf(combination)) {
    began(step)
    await take[step](service, combination)
  }
}

const take: Record<CombinationStep, (service: CombinationCalls, combination: Combination) => Promise<void>> = {
  async root(service, combination) {
    const { ours, above, server } = combination
    const records = await service.moves(`#${ours.root}`)
    // A record that is written goes on by itself: of two new roots the first would win.
    if (inForce(records) === undefined && records.some(({ verdict }) => verdict === 'pending')) throw waiting(ours.root, ours.label)
    if (inForce(records) === undefined) await service.newRoot(server, `#${ours.root}`, ours.label, { label: above ?? ours.label, patience: PATIENCE })
  },
  async place(service, combination) {
    const top = await topOf(service, combination)
    const { root, label } = movesIn(combination)
    const records = await service.moves(`#${root}`)
    const now = inForce(records)
    if (isAt(now, top, label)) return
    if (now !== undefined) throw new NameServiceError(failure('Superseded', { name: 'the root of the other service, which has been joined with another one' }))
    if (records.some((record) => isAt(record, top, label) && record.verdict === 'pending')) throw waiting(root, label)
    await service.moveSubtree(`#${root}`, nameBelow(`#${top}`, label), { patience: PATIENCE })
  },
  /** From now on the servers of both meet in the rooms of both: not before, for who is new in one of them is to find its own service there. */
  async rooms(service, combination) {
    const top = await topOf(service, combination)
    for (const { room } of [combination.ours, combination.theirs]) await meetIn(service, top, room)
  },
  /** The new names lead where the old ones do. */
  async names(service, combination) {
    const top = await topOf(service, combination)
    for (const { root, label } of sidesBelow(combination)) {
      const { di } = await service.lookup(nameBelow(`#${top}`, label))
      if (di !== root) throw waiting(root, label)
    }
  },
}

const isAt = (record: Pick<Move, 'parent' | 'label'> | undefined, parent: DirectoryId, label: Label): boolean => record?.parent === parent && record.label === label

const waiting = (root: DirectoryId, label: Label): NameServiceError => new NameServiceError(failure('MovePending', { name: `#${root}`, to: label, reason: 'not every server above it has been heard' }))

async function meetIn(service: CombinationCalls, root: DirectoryId, room: string): Promise<void> {
  const rooms = await service.enumerate(`#${root}:./Rooms`).catch((error: unknown): string[] => {
    if (error instanceof NameServiceError && error.code === 'NotFound') return []
    throw error
  })
  if (!rooms.includes(room)) await service.setRoom(`#${root}`, room, true)
}

const nameOf = async (service: CombinationCalls, root: DirectoryId): Promise<Move | undefined> => inForce(await service.moves(`#${root}`))

/** The root above both: theirs, or the one that ours has been put below. */
async function topOf(service: CombinationCalls, { ours, theirs, above }: Combination): Promise<DirectoryId> {
  if (above === null) return theirs.root
  const name = await nameOf(service, ours.root)
  if (name === undefined) throw new NameServiceError(failure('NotFound', { name: above, reason: 'no new root stands above this service yet' }))
  return name.parent
}
