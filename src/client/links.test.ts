/** Names that lead by links, as programs use them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NameServiceError } from '../core/errors'
import { startHost, type Trial } from '../trials/hosts'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
beforeEach(async () => {
  alpha = await startHost()
  service = openService(alpha.connection)
  await service.firstRoot({ label: 'ANSI' })
  await service.newD('alpha', '/DEC')
})
afterEach(() => alpha.host.stop())

const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: unknown) => (error instanceof NameServiceError ? `${error.code}: ${error.message}` : String(error)))
const labels = async (fn: string): Promise<string[]> => (await service.entries(fn)).value.map(([label]) => label)

describe('a link to a directory where an entry is asked for', () => {
  beforeEach(async () => {
    await service.setValue('/DEC:Lampson/Phone', '853')
    await service.setLink('/Digital', '/DEC')
    await service.setLink('/Systems', '/Digital')
  })

  it('[D2] a path goes on in that directory', async () => {
    for (const link of ['Digital', 'Systems']) {
      expect((await service.getValue(`/:${link}/Lampson/Phone`)).value).toBe('853')
      expect(await service.enumerate(`/:${link}`)).toEqual(await service.enumerate('/DEC'))
      expect(await service.testValue(`/:${link}/Lampson`, { Phone: '853' })).toBe(true)
      expect(await said(service.getValue(`/:${link}/Birrell`))).toMatch('NotFound')
    }
  })

  it('[D2] nothing is written there, and nobody takes a name there: the directory itself is to be named', async () => {
    const before = await labels('/DEC')
    for (const link of ['Digital', 'Systems']) {
      for (const refused of [service.setValue(`/:${link}/Phone`, '1'), service.doUpdates(`/:${link}`, { Fax: true })]) expect(await said(refused)).toMatch(new RegExp(`^NotAnEntry: /:${link}.* link to the directory /D`))
      for (const vd of [`/${link}`, `/:${link}`]) expect(await said(service.introduce(vd))).toMatch(`NotAnEntry: ${vd} begins with a link to the directory /DEC, not`)
    }
    expect(await labels('/DEC')).toEqual(before)
  })

  it('a link to an entry leads to it, and what is written goes there', async () => {
    await service.setLink('/Butler', '/DEC/Lampson')
    await service.setValue('/:Butler/Phone', '914')
    expect((await service.getValue('/DEC:Lampson/Phone')).value).toBe('914')
    await service.setLink('/Digital', '/')
    expect((await service.getValue('/:Digital/DEC/DR/DI')).value).toBe((await service.lookup('/DEC')).di)
  })
})
