/** W5, M6: a directory that is about to be removed takes nothing new: no entry, no child, no copy, no epoch. */
import { visibleAt } from '../values/valueTree'
import type { DirectoryCopy } from './directoryCopy'

/** The mark of W5: nobody may rely on this any more, for it is about to be removed. */
export const WITHDRAWN = 'Withdrawn'

export const isWithdrawn = ({ visible }: Pick<DirectoryCopy, 'visible'>): boolean => visibleAt(visible, ['.', WITHDRAWN]) !== undefined
