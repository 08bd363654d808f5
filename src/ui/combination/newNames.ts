/** Names as they are from the root above, once two services are one. */
import { formatLabels, type Label } from '../../core/names'

/** What has these labels from its own root has this name from the one above. */
export const nameAbove = (label: Label, labels: readonly Label[]): string => `/${formatLabels([label, ...labels])}`
