/**
 * `npm start`: installs and builds what is missing, serves the page and the relay on one port, says where, and opens
 * the browser. See `usage`. On a fresh clone there are no packages yet, so everything that needs one is imported late.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { leave, readOptions } from './options.mjs'
import { buildPage, builtFolder, installPackages } from './prepare.mjs'

const usage = `npm start [-- options]
  --port N               the port (4870, or the next free one)
  --strict-port          fail when the port is taken
  --host                 serve other machines of this network too, by https
  --cert file --key file a certificate of your own, PEM (with --host)
  --no-open              do not open the browser`

const usualPort = 4870
/** How many ports are tried. */
const portsTried = 50

const options = optionsGiven()
installPackages()
buildPage()
await serve()

function optionsGiven() {
  const { values, count, wrong } = readOptions(usage, {
    port: { type: 'string' },
    'strict-port': { type: 'boolean' },
    host: { type: 'boolean' },
    cert: { type: 'string' },
    key: { type: 'string' },
    'no-open': { type: 'boolean' },
  })
  if ((values.cert === undefined) !== (values.key === undefined)) wrong('--cert and --key belong together.')
  return { ...values, port: count('port', usualPort, 65_535) }
}

async function serve() {
  const { createPageServer } = await import('./server.mjs')
  const { ensureCertificate, localAddresses } = await import('./certificate.mjs')
  const addresses = options.host ? localAddresses() : []
  const own = givenCertificate()
  const certificate = own ?? (options.host ? await ensureCertificate(addresses) : null)
  const server = createPageServer(builtFolder, certificate)
  const port = await listen(server, options.host ? undefined : 'localhost')
  const scheme = certificate === null ? 'http' : 'https'
  const url = `${scheme}://localhost:${port}/`
  console.log(`namering runs at ${url}`)
  for (const address of addresses) console.log(`  for other machines: ${scheme}://${address}:${port}/`)
  if (options.host && own === null) {
    console.log('The browser will warn that the connection is not private, because the certificate was made here; choose "Advanced", then "Proceed".')
  }
  console.log('Ctrl+C ends it; what the tabs have stored stays.')
  if (!options['no-open']) openBrowser(url)
}

function givenCertificate() {
  if (options.cert === undefined || options.key === undefined) return null
  try {
    return { cert: readFileSync(options.cert, 'utf8'), key: readFileSync(options.key, 'utf8') }
  } catch (error) {
    return leave(`The certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`, 1)
  }
}

/**
 * Listens on the first port that is free; resolves with it.
 * @param {import('node:net').Server} server
 * @param {string | undefined} host undefined for all interfaces
 */
async function listen(server, host) {
  for (let port = options.port; port < options.port + portsTried; port++) {
    const taken = await new Promise((resolve) => {
      server.once('error', resolve)
      server.listen({ port, host }, () => {
        server.off('error', resolve)
        resolve(null)
      })
    })
    if (taken === null) return port
    if (taken.code !== 'EADDRINUSE' || options['strict-port']) leave(`Port ${port} cannot be used: ${taken.message}`, 1)
  }
  return leave(`No port from ${options.port} to ${options.port + portsTried - 1} is free.`, 1)
}

/**
 * Opens the person's browser where there is one; quietly does nothing where there is not.
 * @param {string} url
 */
function openBrowser(url) {
  const { platform, env } = process
  if (env['CI'] !== undefined) return
  if (platform === 'linux' && env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined) return
  const [program, args] =
    platform === 'darwin' ? ['open', [url]] : platform === 'win32' ? ['cmd', ['/c', 'start', '', url]] : ['xdg-open', [url]]
  const opener = spawn(program, args, { stdio: 'ignore', detached: true })
  opener.on('error', () => undefined)
  opener.unref()
}
