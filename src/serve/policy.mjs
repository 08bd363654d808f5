/**
 * The page's security policy is its own: a meta element of index.html, so that it holds on any static host. Here stands
 * what only a server can say, and what Vite's development server needs besides.
 */
import { randomBytes } from 'node:crypto'

/** Nobody may frame the page, nor share its process with it. */
const everywhere = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Comes with the page, whose meta element cannot say it. */
export const pageHeaders = { ...everywhere, 'Content-Security-Policy': "frame-ancestors 'none'" }

/** Comes with all else; a worker is bound by the policy of its own file, not by that of the page. */
export const fileHeaders = {
  ...everywhere,
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
}

/**
 * Vite, while one develops, writes a script and the styles into the page, and marks them with this; the built page has
 * nothing of the kind.
 */
export const developmentNonce = randomBytes(16).toString('base64')

/**
 * The page with a policy that permits what development needs: what carries the nonce, and a module that is run again
 * after it was edited, its policy of Trusted Types with it.
 * @param {string} html
 * @returns {string}
 */
export function permitDevelopment(html) {
  return html
    .replace("script-src 'self'", `script-src 'self' 'nonce-${developmentNonce}'`)
    .replace("style-src 'self'", `style-src 'self' 'nonce-${developmentNonce}'`)
    .replace('trusted-types namering-lab', "trusted-types namering-lab 'allow-duplicates'")
}
