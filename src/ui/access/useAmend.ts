/** Changes of triples from the page: what is wrong with one is said in the tab, and what was done can be taken back. */
import { useRef, useState } from 'react'
import type { Grant } from '../../client/nameService'
import { useDesk } from '../desk/desk'
import { sentenceOf } from '../desk/notices'

export interface Amend {
  /** Why the last change was refused. */
  fault: string | null
  /** In one change; true when it was accepted. */
  amend: (given: readonly Grant[], taken: readonly Grant[], what: string) => Promise<boolean>
}

export function useAmend(directory: string, onDone: () => void): Amend {
  const { notices, tab, undo } = useDesk()
  const [fault, setFault] = useState<string | null>(null)
  // Two presses in a row would both begin from what was on show before the first.
  const busy = useRef(false)
  const amend: Amend['amend'] = async (given, taken, what) => {
    if (busy.current) return false
    busy.current = true
    setFault(null)
    const refused = tab.service.amendAccess(directory, given, taken).then(() => null, sentenceOf)
    await notices.during(`Not yet accepted: ${what}`, refused)
    busy.current = false
    const reason = await refused
    setFault(reason)
    onDone()
    if (reason !== null) return false
    undo.remember({ what, takeBack: () => tab.service.amendAccess(directory, taken, given) })
    return true
  }
  return { fault, amend }
}
