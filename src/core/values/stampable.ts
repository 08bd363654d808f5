import { Malformed, number, type Shape } from '../shape'
import { MAX_TIME } from '../timestamp'

/** ms since 1970, as far as time-stamps go: what lies later no copy can have stamped, and no calendar has. */
export const stampable: Shape<number> = (value) => {
  const ms = number(value)
  if (ms > MAX_TIME / 1000) throw new Malformed('not a time that a time-stamp can have')
  return ms
}
