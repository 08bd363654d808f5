/** Names that lead by links, as programs use them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NameServiceError } from '../core/errors'
import { ask } from './connection'
import type { Trial } from '../trials/hosts'
import { startService } from '../trials/services'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
beforeEach(async () => void ({ alpha, service } = await startService('/DEC')))
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
      expect(await service.testValue(`/:${link}/Lampson`, { Phone: { '853': true } })).toBe(true)
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

describe('names of former times', () => {
  /** A directory with so many below one another; the name of the lowest. */
  const down = async (name: string, depth: number): Promise<string> => {
    await service.newD('alpha', name)
    return depth === 0 ? name : down(`${name}/d${depth}`, depth - 1)
  }

  it('[M4] go on although their directories now lie deeper than a name reaches', async () => {
    const [low, place] = [await down('/DEC/SRC', 8), await down('/IBM', 8)]
    await service.setValue(`${low}:Lampson/Phone`, '853')
    await service.moveSubtree('/DEC', `${place}/DEC`)
    expect((await service.getValue(`${low}:Lampson/Phone`)).value).toBe('853')
    expect((await service.lookup(`${low}/Lampson`)).entity).toBe('Lampson')
  })

  it('[M4] lead on by the identifier where the name of now is longer than a link may be', async () => {
    const [long, research] = ['d'.repeat(200), 'r'.repeat(100)]
    for (const name of ['/SRC', '/IBM', `/${long}`]) await service.newD('alpha', name)
    const { di } = await service.lookup('/SRC')
    await service.moveSubtree('/SRC', `/IBM/${research}`)
    await service.moveSubtree('/IBM', `/${long}/IBM`)
    await ask(alpha.connection, { type: 'ask', servers: [alpha.id], request: { type: 'cleanUp', directory: di } })
    expect((await service.entries('/')).value.find(([label]) => label === 'SRC')?.slice(0, 3)).toEqual(['SRC', 'link', `#${di}`])
    expect((await service.lookup('/SRC')).di).toBe(di)
  })

  it('[M3] a name from the root that nobody could write, or no link hold, is refused beforehand', async () => {
    const low = await down('/IBM', 14)
    const { di } = await service.newD('alpha', `${low}/x`)
    const wide = `/${'w'.repeat(120)}`
    for (const name of [wide, `${wide}${wide}`]) await service.newD('alpha', name)
    for (const [to, why] of [[`#${di}/DEC`, '17 labels'], [`${wide}${wide}/DEC`, 'bytes']] as const) {
      expect((await service.previewMove('/DEC', to)).fault?.message).toMatch(why)
      expect(await said(service.moveSubtree('/DEC', to))).toMatch(/^BadName/)
    }
    expect((await service.previewMove('/DEC', `${low}/DEC`)).fault).toBe(null)
    expect(await service.moves('/DEC')).toHaveLength(1)
  })

  it('[M4] [W3] lead by as many links as there were moves before they expired; loops of links that people wrote are found all the same', async () => {
    const { di } = await service.newD('alpha', '/SRC')
    for (let i = 0; i < 20; i++) {
      const name = i === 0 ? '/SRC' : `/SRC${i}`
      await service.setTX(name, Date.now() + 3_600_000)
      for (let k = 0; k < 3; k++) await service.sweep('/')
      await service.moveSubtree(name, `/SRC${i + 1}`)
    }
    const { di: found, trail } = await openService(alpha.connection).lookup('/SRC')
    expect([found, trail.filter((step) => step.found === 'link').length]).toEqual([di, 20])
    await service.setLink('/a', '/b')
    await service.setLink('/b', '/a')
    expect(await said(service.lookup('/a'))).toMatch('LinkLoop')
  })
})

describe('the trail', () => {
  it('[D2] has a step for each ..: the directory says itself what lies above', async () => {
    const { di: src } = await service.newD('alpha', '/DEC/SRC')
    const { di: finance } = await service.newD('alpha', '/DEC/Finance')
    const { di: dec } = await service.lookup('/DEC')
    await service.setLink('/DEC/SRC/Money', '../Finance')
    const up = { directory: src, label: '..', found: 'up', to: dec, server: alpha.id, validUntil: null, cached: false }
    expect(await service.lookup(`#${src}/..`)).toMatchObject({ di: dec, validUntil: null, trail: [up] })
    const { trail, di, validUntil } = await service.lookup('/DEC/SRC/Money')
    expect([di, validUntil, trail.map(({ label, found }) => [label, found])]).toEqual([finance, null, [['DEC', 'directory'], ['SRC', 'directory'], ['Money', 'link'], ['..', 'up'], ['Finance', 'directory']]])
    expect(trail[3]).toMatchObject(up)
  })
})
