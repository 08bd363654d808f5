/** W5, M6: a directory that is about to be removed takes nothing new: no entry, no child, no copy, no epoch. */
import { CLOSING } from '../labels'
import { visibleAt } from '../values/valueTree'
import type { DirectoryCopy } from './directoryCopy'

export const isWithdrawn = ({ visible }: Pick<DirectoryCopy, 'visible'>): boolean => visibleAt(visible, ['.', CLOSING]) !== undefined
