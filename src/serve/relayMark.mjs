/** Where the relay is, on the page's own origin. */
export const relayPath = '/relay'

/**
 * Tells a page that the server it came from has a relay. A static host serves the page without the mark, and the page
 * then never asks for what is not there.
 * @param {string} html
 * @returns {string}
 */
export function markRelay(html) {
  return html.replace('<head>', `<head>\n    <meta name="namering-relay" content="${relayPath}">`)
}
