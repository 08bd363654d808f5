/** The contract of signatures in a tab, worked by the test through `window.runSignatureCase`. */
import { signatureContract } from '../../src/keys/signatureContract'

declare global {
  interface Window {
    /** Rejects when the contract is broken. */
    runSignatureCase(title: string): Promise<void>
  }
}

window.runSignatureCase = async (title) => signatureContract.find((each) => each.title === title)!.run()
