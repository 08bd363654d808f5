/**
 * The lab's worker, by the one policy of Trusted Types that the page allows (index.html): it trusts this address alone,
 * which the build has put in. No other text ever becomes the address of a script, or code.
 */
import url from './labWorker.ts?worker&url'

/** As far as it is needed here; TypeScript does not know it yet. What it makes is a string to all but the browser. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/** Browsers without Trusted Types take the text itself. */
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
export const labWorkerUrl = trustedTypes?.createPolicy('namering-lab', { createScriptURL: () => url }).createScriptURL('') ?? url
