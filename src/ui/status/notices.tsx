import { X } from 'lucide-react'
import { useStore } from 'zustand'
import { useDesk } from '../desk/desk'
import type { Notice } from '../desk/notices'

/** What calls had to say, in the corner; failures stay until read. */
export function Notices() {
  const { notices } = useDesk()
  const all = useStore(notices.store, (state) => state.notices)
  const dismiss = (id: number): void => notices.dismiss(id)
  return (
    <div className="notices" role="region" aria-label="Messages">
      <div role="status">
        {all
          .filter(({ tone }) => tone !== 'failure')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} onDismiss={dismiss} />
          ))}
      </div>
      <div role="alert">
        {all
          .filter(({ tone }) => tone === 'failure')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} onDismiss={dismiss} />
          ))}
      </div>
    </div>
  )
}

function NoticeCard({ notice: { id, tone, text, remedy }, onDismiss }: { notice: Notice; onDismiss: (id: number) => void }) {
  return (
    <div className={`notice ${tone}`}>
      {tone === 'working' && <span className="spinner" aria-hidden />}
      <p>
        <bdi>{text}</bdi>
      </p>
      {remedy !== null && (
        <button
          type="button"
          className="small"
          onClick={() => {
            onDismiss(id)
            remedy.act()
          }}
        >
          {remedy.word}
        </button>
      )}
      <button type="button" className="quiet icon" aria-label="Dismiss" onClick={() => onDismiss(id)}>
        <X aria-hidden size={15} />
      </button>
    </div>
  )
}
