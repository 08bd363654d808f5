/** What a new epoch of these servers would come to, asked anew with every choice. */
import type { EpochPreview } from '../../client/nameService'
import { NameServiceError } from '../../core/errors'
import type { DirectoryId, ServerId } from '../../core/names'
import { useDesk } from '../desk/desk'
import { useReading, type Reading } from '../desk/reading'

export interface Foreseen {
  preview: EpochPreview
  /** Why it would begin by force only; null where the chosen are most of the ring. */
  lacking: NameServiceError | null
}

/** s; a silent server keeps the person waiting, not the ring. */
const PATIENCE = 4

/** @param version changes when an answer of before may not hold any more. */
export function useForeseen(di: DirectoryId, chosen: readonly ServerId[], version: string): Reading<Foreseen> {
  const { service } = useDesk().tab
  return useReading(chosen.length === 0 ? null : `epoch ${di} ${chosen.join(' ')}`, version, async () => {
    const preview = await service.previewEpoch(`#${di}`, chosen, { patience: PATIENCE })
    if (preview.fault?.code !== 'NoMajority' && preview.fault?.code !== 'OnlyByForce') return { preview, lacking: null }
    return { preview: await service.previewEpoch(`#${di}`, chosen, { patience: PATIENCE, force: true }), lacking: preview.fault }
  })
}
