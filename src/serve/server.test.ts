import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { developmentNonce, permitDevelopment } from './policy.mjs'
import { createPageServer } from './server.mjs'

let folder: string
let server: Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'namering-'))
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'dist', 'index.html'), '<html><head></head></html>')
  writeFileSync(join(folder, 'dist', 'assets', 'app-1a2b.js'), 'export {}')
  server = createPageServer(join(folder, 'dist'), null)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

/** Asks for exactly this path; fetch would tidy it up first. */
function ask(path: string): Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    get({ host: 'localhost', port, path, agent: false }, (response) => {
      let body = ''
      response.on('data', (part: Buffer) => {
        body += part.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    }).on('error', reject)
  })
}

describe('the page server', () => {
  it('serves the page, marked as one that has a relay, and asks each time whether it is new', async () => {
    const { status, headers, body } = await ask('/')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['cache-control']).toBe('no-cache')
    expect(body).toContain('<meta name="namering-relay" content="/relay">')
  })

  it('serves what Vite named by its content for ever', async () => {
    const { status, headers, body } = await ask('/assets/app-1a2b.js')
    expect([status, headers['content-type'], body]).toEqual([200, 'text/javascript; charset=utf-8', 'export {}'])
    expect(headers['cache-control']).toContain('immutable')
  })

  it('[X6] says what the page itself cannot: nobody may frame it; all else runs nothing', async () => {
    const page = await ask('/')
    expect(page.headers).toMatchObject({ 'content-security-policy': "frame-ancestors 'none'", 'cross-origin-opener-policy': 'same-origin', 'x-content-type-options': 'nosniff' })
    for (const path of ['/assets/app-1a2b.js', '/nothing']) expect((await ask(path)).headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; frame-ancestors 'none'/)
  })

  it('[X6] the page states a policy without inline code, and development loosens it only for what carries its nonce', () => {
    const html = readFileSync(join(import.meta.dirname, '..', '..', 'index.html'), 'utf8')
    const policy = (text: string): string => /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(text)?.[1] ?? ''
    expect(policy(html)).toMatch(/^default-src 'none'; .*require-trusted-types-for 'script'/)
    expect(html).not.toMatch(/unsafe-|https?:/)
    const loosened = policy(permitDevelopment(html))
    expect(loosened).not.toContain('unsafe-')
    expect(loosened.replaceAll(` 'nonce-${developmentNonce}'`, '').replace(" 'allow-duplicates'", '')).toBe(policy(html))
    expect(loosened.split(developmentNonce).length).toBe(3)
  })

  it('opens a web socket for the relay only', async () => {
    const { port } = server.address() as AddressInfo
    const refused = new Promise((_resolve, reject) => {
      new WebSocket(`ws://localhost:${port}/elsewhere`).on('error', reject)
    })
    await expect(refused).rejects.toThrow('404')
  })

  it.each(['/nothing', '/../secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/%00', '/%zz', '/assets', '//'])(
    'has nothing at %s',
    async (path) => {
      const { status, body } = await ask(path)
      expect(body).not.toContain('secret')
      expect(path === '//' ? [200, 404] : [404]).toContain(status)
    },
  )
})
