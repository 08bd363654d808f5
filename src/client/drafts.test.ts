/** What a person signs: nothing but what was asked for, whoever has drawn it up. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Drafted } from '../core/requests'
import type { Branch, Intent } from '../core/values/intent'
import { directoryNumber } from '../trials/identifiers'
import type { Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let lied: NameService
let signed: Intent[]
let lie: (drafted: Drafted) => Drafted

beforeEach(async () => {
  const { alpha: host, service } = await startService('/DEC')
  alpha = host
  await service.setValue('/DEC:Lampson/Phone', '853')
  signed = []
  lie = (drafted) => drafted
  const { connection } = alpha
  lied = openService({
    ...connection,
    call: async (call) => {
      const outcome = await connection.call(call)
      return call.type === 'at' && call.request.type === 'draft' ? lie(outcome as Drafted) : outcome
    },
    sign: async (intent) => {
      signed.push(intent)
      return connection.sign(intent)
    },
  })
})
afterEach(() => alpha.host.stop())

const changes: [string, (service: NameService) => Promise<unknown>][] = [
  ['setValue', (service) => service.setValue('/DEC:Lampson/Phone', '854')],
  ['doUpdates', (service) => service.doUpdates('/DEC:Lampson', { Room: { '12': true }, Phone: false })],
  ['setLink', (service) => service.setLink('/Digital', '/DEC')],
  ['setTX', (service) => service.setTX('/DEC', alpha.connection.now() + 86_400_000)],
]
const lies: [string, (drafted: Drafted) => Drafted][] = [
  ['more', (drafted) => ({ ...drafted, branches: [...drafted.branches, ['zeta', null, false]] })],
  ['otherwise', (drafted) => ({ ...drafted, branches: drafted.branches.map((branch) => otherwise(branch)) })],
  ['of the directory itself', (drafted) => ({ ...drafted, branches: [['.', null, [['Access', null, true]]]] })],
  ['elsewhere, and more', (drafted) => ({ ...drafted, directory: directoryNumber(66), branches: [['.', null, true]] })],
]

function otherwise([label, incarnation, below]: Branch): Branch {
  return [label, incarnation, typeof below === 'boolean' ? !below : below.map((each) => otherwise(each))]
}

it.each(changes.flatMap(([procedure, change]) => lies.map(([what, lies]) => [procedure, what, change, lies] as const)))('[A5] %s drawn up %s is not signed', async (_procedure, _what, change, told) => {
  lie = told
  expect(await code(change(lied))).toBe('BadRequest')
  expect(signed).toEqual([])
})

it.each(changes)('%s as it was asked for is', async (_procedure, change) => {
  expect(await code(change(lied))).toBe('ok')
  expect(signed).toHaveLength(1)
})
