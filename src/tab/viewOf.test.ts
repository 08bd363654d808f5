import { expect, it } from 'vitest'
import { startService } from '../trials/services'
import { copyView, PassingSweeps } from './viewOf'

it('a copy is shown by the name of its directory, whatever the labels on the way', async () => {
  const { alpha } = await startService('/DEC', '/DEC/%2E%2E', '/DEC/%2E%2E/a%2Fb', '/%252E')
  const { server } = alpha.host
  const names = (from: typeof server.root): string[] => [...server.copies.values()].map((copy) => copyView(server, copy, 1, new PassingSweeps(), from).name).toSorted()
  expect(names(server.root)).toEqual(['/', '/%252E', '/DEC', '/DEC/%2E%2E', '/DEC/%2E%2E/a%2Fb'])
  const [, , dotted] = [...server.copies.keys()]
  expect(names(dotted!)).toContain('/a%2Fb')
  server.copies.delete(dotted!)
  expect(names(server.root)).toContain(`#${dotted}/a%2Fb`)
  alpha.host.stop()
})
