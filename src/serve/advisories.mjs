/** What `npm audit --json` says of the packages. Told apart: nothing known, something known, and nobody could be asked. */

/** How grave an advisory must be to fail the tests. */
const grave = ['high', 'critical']

/**
 * @typedef {{ severity: string, range: string, via: (string | { title: string, url: string, severity: string })[] }} Vulnerability
 * @typedef {{ type: 'clean', slight: number } | { type: 'grave', faults: string[] } | { type: 'unasked', reason: string }} Verdict
 */

/**
 * @param {string} report what npm wrote, JSON or not
 * @returns {Verdict}
 */
export function judge(report) {
  const said = parse(report)
  // A report without its counts is none: the registry was not reached, or gives no advisories.
  if (said?.metadata?.vulnerabilities === undefined || said.vulnerabilities === undefined) {
    return { type: 'unasked', reason: said?.message ?? said?.error?.summary ?? 'npm said nothing that can be read' }
  }
  /** @type {[name: string, vulnerability: Vulnerability][]} */
  const all = Object.entries(said.vulnerabilities)
  const faults = all.filter(([, { severity }]) => grave.includes(severity)).map(([name, vulnerability]) => sentenceOf(name, vulnerability))
  return faults.length > 0 ? { type: 'grave', faults } : { type: 'clean', slight: all.length }
}

/**
 * @param {string} name
 * @param {Vulnerability} vulnerability
 */
function sentenceOf(name, { severity, range, via }) {
  const causes = via.map((cause) => (typeof cause === 'string' ? `by ${cause}` : `${cause.title} (${cause.url})`))
  return `${name} ${range}, ${severity}: ${causes.join('; ')}`
}

/**
 * @param {string} text
 * @returns {{ message?: string, error?: { summary?: string }, vulnerabilities?: Record<string, Vulnerability>, metadata?: { vulnerabilities?: object } } | null}
 */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
