/**
 * A certificate for the local network. Browsers withhold cryptography and locks from plain http pages of other
 * machines, so the page goes by https there; with a certificate of our own making the browser warns once.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from './prepare.mjs'

/** Days a certificate is good for; browsers refuse longer ones. */
const days = 397
const day = 24 * 60 * 60 * 1000

/** The addresses by which other machines reach this one. */
export function localAddresses() {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => !each.internal && each.family === 'IPv4')
    .map((each) => each.address)
}

/**
 * The certificate kept in `.namering`, made anew when it has expired or lacks one of the addresses. PEM.
 * @param {string[]} addresses
 * @returns {Promise<{ cert: string, key: string }>}
 */
export async function ensureCertificate(addresses) {
  const folder = join(projectFolder, '.namering')
  const [certFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  if (existsSync(certFile) && existsSync(keyFile)) {
    const cert = readFileSync(certFile, 'utf8')
    if (isGood(cert, addresses)) return { cert, key: readFileSync(keyFile, 'utf8') }
  }
  const made = await makeCertificate(addresses)
  mkdirSync(folder, { recursive: true })
  writeFileSync(certFile, made.cert)
  writeFileSync(keyFile, made.key, { mode: 0o600 })
  return made
}

/**
 * @param {string} cert
 * @param {string[]} addresses
 */
function isGood(cert, addresses) {
  const certificate = new X509Certificate(cert)
  const isCurrent = Date.parse(certificate.validTo) > Date.now() + day
  return isCurrent && addresses.every((address) => certificate.checkIP(address) !== undefined)
}

/**
 * @param {string[]} addresses
 * @returns {Promise<{ cert: string, key: string }>}
 */
async function makeCertificate(addresses) {
  const { generate } = await import('selfsigned')
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'namering on this network' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - day),
    notAfterDate: new Date(Date.now() + (days - 1) * day),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
          ...addresses.map((ip) => /** @type {const} */ ({ type: 7, ip })),
        ],
      },
    ],
  })
  return { cert, key }
}
