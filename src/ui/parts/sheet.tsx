/** A dialog: the browser's own, which keeps the focus inside and gives it back. */
import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'

export function Sheet({ title, wide = false, alert = false, onClose, children }: { title: string; wide?: boolean; alert?: boolean; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const element = dialog.current
    if (element !== null && !element.open) {
      element.showModal()
      // The browser would begin at the button that closes; people begin at the field.
      element.querySelector<HTMLElement>('input, select, textarea')?.focus()
    }
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      role={alert ? 'alertdialog' : undefined}
      className={wide ? 'sheet wide' : 'sheet'}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        // The backdrop belongs to the dialog; what lies inside does not reach here as the target.
        if (event.target === dialog.current) dialog.current.close()
      }}
    >
      <div className="sheet-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" className="quiet icon" aria-label="Close" onClick={() => dialog.current?.close()}>
            <X aria-hidden size={18} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
