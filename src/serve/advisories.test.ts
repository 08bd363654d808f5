import { expect, it } from 'vitest'
import { judge } from './advisories.mjs'

/** A report of npm 11 with one advisory of a severity, as far as it matters. */
const report = (severity: string): string =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      inner: { name: 'inner', severity, range: '<2.0.1', via: [{ title: 'Runs what it reads', url: 'https://github.com/advisories/GHSA-1', severity }] },
      outer: { name: 'outer', severity, range: '*', via: ['inner'] },
    },
    metadata: { vulnerabilities: { total: 2 } },
  })

it.each(['high', 'critical'])('a fault that is known and %s fails the tests, named with its cause', (severity) => {
  expect(judge(report(severity))).toEqual({
    type: 'grave',
    faults: [`inner <2.0.1, ${severity}: Runs what it reads (https://github.com/advisories/GHSA-1)`, `outer *, ${severity}: by inner`],
  })
})

it('a slighter one is counted', () => {
  expect(judge(report('moderate'))).toEqual({ type: 'clean', slight: 2 })
  expect(judge(JSON.stringify({ vulnerabilities: {}, metadata: { vulnerabilities: { total: 0 } } }))).toEqual({ type: 'clean', slight: 0 })
})

it('a registry that cannot be asked says nothing, good or bad', () => {
  const offline = { message: 'request to https://registry.npmjs.org/-/npm/v1/security/advisories/bulk failed, reason: getaddrinfo EAI_AGAIN', error: { summary: '', detail: '' } }
  expect(judge(JSON.stringify(offline))).toEqual({ type: 'unasked', reason: offline.message })
  for (const text of ['', 'null', '{}', '{"metadata":{}}', 'npm error']) expect(judge(text).type).toBe('unasked')
})
