import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { Explained } from '../parts/text'

/** Joining another service, while it goes on and its form is closed. */
export function CombinationNews() {
  const { dialogs } = useDesk()
  const combination = useView((view) => view.combination)
  const isOpen = useStore(dialogs.store, ({ open }) => open?.type === 'combine')
  if (combination === null || isOpen) return null
  const { isDone, reason } = combination
  return (
    <div className={reason === '' ? 'banner' : 'banner warn'} role="status">
      <p>
        <b>{isDone ? 'This service has been joined with another one.' : 'This service is being joined with another one.'}</b> {isDone ? <>Names in this page begin at its <Explained term="working root" />, as before.</> : reason}
      </p>
      <button type="button" onClick={() => dialogs.open({ type: 'combine', link: '' })}>
        {isDone ? 'Show old and new names' : 'Show how far it is'}
      </button>
    </div>
  )
}
