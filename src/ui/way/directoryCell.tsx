import type { DirectoryId } from '../../core/names'
import { useView } from '../desk/desk'
import { Label } from '../parts/text'

/** A directory in a table: the root by its label, any other by the beginning of its identifier. */
export function DirectoryCell({ di }: { di: DirectoryId }) {
  const root = useView((view) => view.workingRoot)
  const rootLabel = useView((view) => view.rootLabel)
  return (
    <td className="di" title={`#${di}`}>
      {di === root ? <i><Label>{rootLabel}</Label></i> : `#${di.slice(0, 6)}…`}
    </td>
  )
}
