import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { builtFolder } from './src/serve/prepare.mjs'
import { developmentNonce, permitDevelopment } from './src/serve/policy.mjs'
import { attachRelay } from './src/serve/relay.mjs'
import { markRelay } from './src/serve/relayMark.mjs'

/** The relay on the page's own port, as `npm start` has it, and the mark that tells the page so. */
const relay: Plugin = {
  name: 'namering-relay',
  apply: 'serve',
  configureServer(server) {
    if (server.httpServer) attachRelay(server.httpServer)
  },
  configurePreviewServer(server) {
    attachRelay(server.httpServer)
    // The built page comes without the mark, so that any static host can serve it.
    server.middlewares.use((request, response, next) => {
      if (request.url !== '/' && request.url !== '/index.html') return next()
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(markRelay(readFileSync(join(builtFolder, 'index.html'), 'utf8')))
    })
  },
  transformIndexHtml: markRelay,
}

/** While one develops; the page that is built, or shown by `vite preview`, has its strict policy. */
const development: Plugin = {
  name: 'namering-development',
  apply: (_config, { command, isPreview }) => command === 'serve' && isPreview !== true,
  config: () => ({ html: { cspNonce: developmentNonce } }),
  transformIndexHtml: permitDevelopment,
}

export default defineConfig({
  // The built page works from any folder of any static host.
  base: './',
  plugins: [react(), relay, development],
  // simple-peer's own bundle needs no polyfills of Node's modules.
  resolve: { alias: { 'simple-peer': 'simple-peer/simplepeer.min.js' } },
  // Packages, server and page each in a file of their own: what has not changed stays in the browser's cache.
  build: { target: 'es2023', rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'packages', test: /node_modules/ }, { name: 'server', test: /src\/(?:core|client|keys|net|storage|tab)\// }] } } } },
  // A property test may take its time on a machine that has other work.
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 60_000, maxWorkers: '100%' },
})
