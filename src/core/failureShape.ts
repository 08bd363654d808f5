/** What the failure of another server may look like [X5]. */
import { errorCodes, MAX_ABOUT, type Failure } from './errors'
import { Malformed, oneOf, record, text, type Shape } from './shape'

export const failureShape: Shape<Failure> = (value) => {
  const pairs = record<{ type: 'failure'; code: Failure['code']; about: object }>({ type: oneOf('failure'), code: oneOf(...errorCodes), about: aboutShape })(value)
  return pairs as Failure
}
const aboutKeys = new Set(['name', 'reason', 'what', 'size', 'limit', 'procedure', 'author', 'from', 'until', 'server', 'now', 'trail', 'tried', 'after', 'directory', 'member', 'missing', 'phase', 'theirs', 'ours', 'by', 'seconds', 'rule', 'next', 'to'])
const aboutShape: Shape<Record<string, string>> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed('not the data of a failure')
  const about: Record<string, string> = {}
  for (const key of Object.keys(value)) {
    if (!aboutKeys.has(key)) throw new Malformed('unknown data in a failure')
    about[key] = text(MAX_ABOUT)((value as Record<string, unknown>)[key])
  }
  return about
}
