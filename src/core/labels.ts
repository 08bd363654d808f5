/** Labels with a meaning in what a directory says of itself, below `.` (SPEC §4). */

/** The record of which the directory's identifier is the hash, with its owner's key. */
export const GENESIS = 'Genesis'
/** `./Child.<DI>`: who comes to lie here. */
export const CHILD = 'Child'
/** `./Gone.<DI>`: what is left of a directory that was removed. */
export const GONE = 'Gone'
/** `./Closing`: the directory is withdrawn. (`Withdrawn` itself, under a label, is the plan of a change [W3].) */
export const CLOSING = 'Closing'
/** `./Rooms/<room>`: where the servers of a root's service meet. */
export const ROOMS = 'Rooms'
/** `./WellKnown/<DI>`: where a root of former times is, from this one. */
export const WELL_KNOWN = 'WellKnown'

/** `Child` of `Child.<DI>`. */
export const headOf = (label: string): string => label.split('.')[0]!
