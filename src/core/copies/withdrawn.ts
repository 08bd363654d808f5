/** W5, M6: a directory that is about to be removed takes nothing new: no entry, no child, no copy, no epoch. */
import { visibleAt } from '../values/valueTree'
import type { DirectoryCopy } from './directoryCopy'

/** `./Closing`: the directory is withdrawn. (`Withdrawn` itself, under a label, is the plan of a change [W3].) */
export const CLOSING = 'Closing'

export const isWithdrawn = ({ visible }: Pick<DirectoryCopy, 'visible'>): boolean => visibleAt(visible, ['.', CLOSING]) !== undefined
