/** Options of the commands: what is not understood is said, with all that there is. */
import process from 'node:process'
import { parseArgs } from 'node:util'

/** @typedef {Record<string, { type: 'string' } | { type: 'boolean' }>} Options by their long names */
/**
 * @template {Options} T
 * @typedef {{ [K in keyof T]?: T[K] extends { type: 'boolean' } ? boolean : string }} Given
 */

/**
 * Reads the command line; ends the program where it cannot be read, or only wants help.
 * @template {Options} T
 * @param {string} usage what there is: printed for --help, and below what is wrong
 * @param {T} options
 */
export function readOptions(usage, options) {
  if (process.argv.includes('--help')) leave(usage, 0)
  const values = parse()

  /** @returns {Given<T>} */
  function parse() {
    try {
      return parseArgs({ args: process.argv.slice(2), options }).values
    } catch (error) {
      return wrong(error instanceof Error ? error.message : String(error))
    }
  }

  /**
   * @param {string} fault
   * @returns {never}
   */
  function wrong(fault) {
    return leave(`${fault}\n${usage}`, 2)
  }

  /**
   * A whole number of at least 1.
   * @param {string & keyof T} name
   * @param {number} otherwise where the option is not given
   */
  function count(name, otherwise, most = Number.MAX_SAFE_INTEGER) {
    const text = values[name]
    if (text === undefined) return otherwise
    const number = text === '' ? Number.NaN : Number(text)
    const bound = most < Number.MAX_SAFE_INTEGER ? `from 1 to ${most}` : 'of at least 1'
    return Number.isInteger(number) && number >= 1 && number <= most ? number : wrong(`--${name} wants a whole number ${bound}, not "${text}".`)
  }

  /**
   * Milliseconds, from a text such as 90s, 10m or 2h; undefined where the option is not given.
   * @param {string & keyof T} name
   */
  function duration(name) {
    const text = values[name]
    if (text === undefined) return undefined
    const [, number, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(String(text)) ?? []
    return unit === undefined ? wrong(`--${name} wants a time such as 90s, 10m or 2h, not "${text}".`) : Number(number) * (unit === 's' ? 1000 : unit === 'm' ? 60_000 : 3_600_000)
  }

  return { values, wrong, count, duration }
}

/**
 * @param {string} sentence
 * @param {number} code
 * @returns {never}
 */
export function leave(sentence, code) {
  if (code === 0) console.log(sentence)
  else console.error(sentence)
  return process.exit(code)
}
