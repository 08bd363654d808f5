/** What this page may not do, and why. */

/**
 * What the browser withholds on this page, in words; empty when a server can run here. Browsers withhold
 * cryptography and locks from pages that came by plain http from another machine (they are no "secure context").
 */
export function missingPowers(): string[] {
  const page = globalThis as Partial<typeof globalThis>
  const missing: string[] = []
  if (page.crypto?.subtle === undefined) missing.push('cryptography (crypto.subtle)')
  if (page.navigator?.locks === undefined) missing.push('locks between tabs (navigator.locks)')
  if (page.indexedDB === undefined) missing.push('storage (indexedDB)')
  if (page.RTCPeerConnection === undefined) missing.push('connections between browsers (RTCPeerConnection)')
  return missing
}
