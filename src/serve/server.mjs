/** Serves the built page: a small static server, and the relay on the same port. */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { extname, join, normalize, sep } from 'node:path'
import { fileHeaders, pageHeaders } from './policy.mjs'
import { attachRelay, isRelay } from './relay.mjs'
import { markRelay } from './relayMark.mjs'

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tab': 'text/tab-separated-values; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * A server, not yet listening.
 * @param {string} folder what Vite built
 * @param {{ cert: string, key: string } | null} certificate PEM; null for plain http
 */
export function createPageServer(folder, certificate) {
  /** @type {import('node:http').RequestListener} */
  const answer = (request, response) => servePage(folder, request, response)
  const server = certificate === null ? createPlainServer(answer) : createSecureServer(certificate, answer)
  attachRelay(server)
  server.on('upgrade', (request, socket) => {
    if (!isRelay(request.url)) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
  })
  return server
}

/**
 * @param {string} folder
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function servePage(folder, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'Only GET and HEAD are served here.', { Allow: 'GET, HEAD' })
  }
  const path = pathOf(folder, request.url ?? '/')
  if (path === null) return refuse(response, 404, 'There is nothing here.', {})
  const type = types[extname(path)] ?? 'application/octet-stream'
  // Vite names the files in assets by their content, so they never change.
  const caching = path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache'
  const headers = { 'Content-Type': type, 'Cache-Control': caching }
  if (extname(path) === '.html') {
    response.writeHead(200, { ...pageHeaders, ...headers })
    response.end(request.method === 'HEAD' ? undefined : markRelay(readFileSync(path, 'utf8')))
    return
  }
  response.writeHead(200, { ...fileHeaders, ...headers, 'Content-Length': statSync(path).size })
  if (request.method === 'HEAD') response.end()
  else createReadStream(path).on('error', () => response.destroy()).pipe(response)
}

/**
 * The file a URL means; null when there is none inside the folder.
 * @param {string} folder
 * @param {string} url
 */
function pathOf(folder, url) {
  try {
    const path = normalize(join(folder, decodeURIComponent(new URL(url, 'http://page').pathname)))
    if (path !== normalize(folder) && !path.startsWith(normalize(folder + sep)) || path.includes('\0')) return null
    if (statSync(path).isFile()) return path
    const index = join(path, 'index.html')
    return statSync(index).isFile() ? index : null
  } catch {
    return null
  }
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string} sentence
 * @param {Record<string, string>} headers
 */
function refuse(response, status, sentence, headers) {
  response.writeHead(status, { ...fileHeaders, ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${sentence}\n`)
}
