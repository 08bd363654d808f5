/** Keys that work everywhere on the page. */
import { useEffect } from 'react'
import type { Desk } from './desk/desk'

/** Whether keys are text there. */
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || (/^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !target.matches(':is([type=range], [type=checkbox], [type=radio])')))

export function useKeys({ dialogs, undo }: Desk): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey
      if (command && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        if (dialogs.store.getState().open?.type === 'palette') dialogs.close()
        else dialogs.open({ type: 'palette' })
      } else if (isWriting(event.target) || dialogs.store.getState().open !== null) {
        return
      } else if (command && !event.shiftKey && event.key.toLowerCase() === 'z') {
        event.preventDefault()
        void undo.last()
      } else if (event.key === '?') {
        dialogs.open({ type: 'help', about: null })
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [dialogs, undo])
}
