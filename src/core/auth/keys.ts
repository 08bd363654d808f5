/** Where the keys of principals stand (SPEC §4). */

/** `Lampson/Keys/<key>`: the keys of an entry. */
export const KEYS = 'Keys'
/** `Lampson/Invited/<key>/<time>`: who has that key may add one key of its own to the entry, until then, once. */
export const INVITED = 'Invited'
/** `./Speakers/<key>/<until, ms>/<signature>`: whom the owner lets speak for the directory. */
export const SPEAKERS = 'Speakers'
