/**
 * `npm start`: installs and builds what is missing, serves the page and the relay on one port, says where, and opens
 * the browser. See `usage`. On a fresh clone there are no packages yet, so everything that needs one is imported late.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
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

const options = readOptions()
installPackages()
buildPage()
await serve()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        'strict-port': { type: 'boolean', default: false },
        host: { type: 'boolean', default: false },
        cert: { type: 'string' },
        key: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) leave(usage, 0)
    const port = Number(values.port ?? usualPort)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) leave(`--port wants a number from 1 to 65535.\n${usage}`, 1)
    if ((values.cert === undefined) !== (values.key === undefined)) leave(`--cert and --key belong together.\n${usage}`, 1)
    return { ...values, port }
  } catch (error) {
    return leave(`${error instanceof Error ? error.message : String(error)}\n${usage}`, 1)
  }
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

/**
 * @param {string} sentence
 * @param {number} code
 * @returns {never}
 */
function leave(sentence, code) {
  if (code === 0) console.log(sentence)
  else console.error(sentence)
  return process.exit(code)
}
