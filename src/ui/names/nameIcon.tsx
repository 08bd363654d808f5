import { Circle, CornerDownRight, Folder, Server } from 'lucide-react'
import type { Entry } from '../../core/requests'

const icons = { directory: Folder, link: CornerDownRight, server: Server, entry: Circle } as const

/** Tells the four things that a label can name apart; the kind also stands as text beside it. */
export function NameIcon({ type }: { type: Entry[1] }) {
  const Icon = icons[type]
  return <Icon className={`name-icon ${type}`} aria-hidden size={type === 'entry' ? 8 : 15} />
}
