import { epochNumber, type Epoch, type Exclusion } from '../../core/copies/directoryCopy'
import { NameServiceError } from '../../core/errors'
import type { DirectoryId } from '../../core/names'
import type { CopyState } from '../../core/requests'
import { useDesk, useView } from '../desk/desk'
import { useReading } from '../desk/reading'
import { linkTrouble, memberLabel } from '../desk/servers'
import { Explained, Stamp } from '../parts/text'
import type { KnownCopy } from '../copies/knownCopies'
import { awaitedOf, isSplit } from './candidates'
import { LastKnown } from './forecast'
import { SplitNews } from './splitNews'
import { listed } from './wording'

/** On the ring's side: whom the epoch left out, that forgetting waits for them, and the two ways to end that. */
export function LeftOut({ copies, di, directory }: { copies: readonly KnownCopy[]; di: DirectoryId; directory: string }) {
  const { dialogs } = useDesk()
  const awaited = awaitedOf(copies)
  const states = useStates(di, awaited)
  const newest = copies.map(({ state }) => state).reduce((a, b) => (b !== null && (a === null || b.epoch > a.epoch) ? b : a), null)
  if (awaited.length === 0 || newest === null) return null
  const bringBack = (): void => dialogs.open({ type: 'newEpoch', directory, di, chosen: 'all', without: null })
  const parted = awaited.filter((_, i) => {
    const state = states[i] ?? null
    return state !== null && isSplit(state, copies.map(({ member }) => member))
  })
  return (
    <section className="left-out" aria-label="Left out">
      {parted.length > 0 && <SplitNews here="this one" others={listed(parted.map(memberLabel))} onReunite={bringBack} />}
      <p>
        <b>
          Epoch {epochNumber(newest.epoch)} left out <bdi>{listed(awaited.map(memberLabel))}</bdi>.
        </b>{' '}
        <Explained term="stable mark">Forgetting</Explained> waits since <Stamp ts={newest.stableMark} />: what was deleted later is kept until {awaited.length === 1 ? 'it is' : 'they are'} back, or abandoned.
      </p>
      <ul>
        {awaited.map((exclusion, i) => (
          <LeftOutServer key={exclusion.copy} exclusion={exclusion} state={states[i] ?? null} epoch={newest.epoch} onAbandon={() => dialogs.open({ type: 'abandon', directory, di, server: exclusion.server })} />
        ))}
      </ul>
      <p className="row">
        <button type="button" onClick={bringBack}>
          Bring back…
        </button>
      </p>
    </section>
  )
}

function LeftOutServer({ exclusion, state, epoch, onAbandon }: { exclusion: Exclusion; state: CopyState | null; epoch: Epoch; onAbandon: () => void }) {
  const trouble = useView((view) => linkTrouble(view, exclusion.server))
  const name = memberLabel(exclusion)
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>{' '}
        is {trouble === '' ? standing(state, epoch) : trouble}. <LastKnown exclusion={exclusion} />
      </span>
      <button type="button" className="small" aria-label={`Abandon ${name}…`} onClick={onAbandon}>
        Abandon…
      </button>
    </li>
  )
}

function standing(state: CopyState | null, epoch: Epoch): string {
  if (state === null) return 'connected'
  return state.outside === epoch ? 'connected, and knows; what it alone has waits there for a decision' : 'connected, and has not heard of it yet'
}

/** What those who were left out say of themselves, in their order; null of whom cannot be asked. */
function useStates(di: DirectoryId, excluded: readonly Exclusion[]): readonly (CopyState | null)[] {
  const { service } = useDesk().tab
  const key = excluded.length === 0 ? null : `left out ${di} ${excluded.map(({ copy }) => copy).join(' ')}`
  const stateOf = async ({ server, copy }: Exclusion): Promise<CopyState | null> => {
    try {
      const state = await service.copyOn(`#${di}`, server)
      return state.copy === copy ? state : null
    } catch (error) {
      if (error instanceof NameServiceError) return null
      throw error
    }
  }
  return useReading(key, null, () => Promise.all(excluded.map(stateOf))).answer ?? []
}
