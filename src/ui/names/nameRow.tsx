import type { ItemInstance } from '@headless-tree/core'
import { ChevronRight, Lock } from 'lucide-react'
import type { HTMLAttributes, MouseEvent } from 'react'
import type { DirectoryId } from '../../core/names'
import { useView } from '../desk/desk'
import { ROOT } from '../desk/fullName'
import type { Listed, Named } from '../desk/listing'
import type { MenuPoint } from '../parts/menu'
import { Label } from '../parts/text'
import { ExpirationBadge } from '../expiration/expirationBadge'
import { NameIcon } from './nameIcon'

interface RowProps {
  item: ItemInstance<Named>
  selected: boolean
  listed: Listed | undefined
  /** Nothing in it, or of it, may be written by this person. */
  readOnly: boolean
  onMenu: (item: ItemInstance<Named>, point: MenuPoint) => void
}

/** One name in the tree. A press shows it; the arrow before it opens it. */
export function NameRow({ item, selected, listed, readOnly, onMenu }: RowProps) {
  const { name, label, type, detail, expiration } = item.getItemData()
  const isRoot = name === ROOT
  const copies = useView((view) => (type === 'directory' ? (view.copies[(isRoot ? view.workingRoot : detail) as DirectoryId]?.ring.length ?? 0) : 0))
  const open = item.isExpanded()
  const failure = listed?.failure ?? null
  const { onClick: _, ...props } = item.getProps() as HTMLAttributes<HTMLDivElement>
  const note = noteOf(type, detail, copies, open ? listed : undefined)
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation()
    item.setFocused()
    if (open) item.collapse()
    else item.expand()
  }
  return (
    <div
      {...props}
      className={`name-row level-${Math.min(item.getItemMeta().level, 12)}${item.isDragTarget() ? ' drop' : ''}`}
      aria-selected={selected}
      data-type={type}
      onClick={() => {
        item.setFocused()
        item.primaryAction()
      }}
      onDoubleClick={toggle}
      onContextMenu={(event) => {
        event.preventDefault()
        onMenu(item, { x: event.clientX, y: event.clientY })
      }}
      aria-description={readOnly ? [note, READ_ONLY].filter(Boolean).join(' · ') : note}
    >
      {type === 'directory' ? (
        <span className={open ? 'twisty open' : 'twisty'} onClick={toggle} aria-hidden>
          <ChevronRight size={14} />
        </span>
      ) : (
        <span className="twisty" aria-hidden />
      )}
      <NameIcon type={type} />
      <span className={isRoot ? 'name root' : 'name'}>
        <Label>{label}</Label>
      </span>
      {readOnly && (
        <span className="read-only" title={`${READ_ONLY}: you have no right to write here`} aria-hidden>
          <Lock size={12} />
        </span>
      )}
      {expiration !== null && <ExpirationBadge expiration={expiration} />}
      <span className={failure !== null && open ? 'note warn' : 'note'} title={failure ?? (type === 'link' ? detail : undefined)}>
        {type === 'link' ? (
          <>
            → <Label>{detail}</Label>
          </>
        ) : (
          note
        )}
      </span>
    </div>
  )
}

const READ_ONLY = 'read-only for you'

function noteOf(type: Named['type'], detail: string, copies: number, listed: Listed | undefined): string {
  if (type === 'link') return `link to ${detail}`
  if (type === 'server') return 'server'
  if (type === 'entry') return ''
  if ((listed?.failure ?? null) !== null) return 'not readable now'
  if (listed?.loaded === false) return 'reading…'
  const held = copies === 0 ? '' : copies === 1 ? '1 copy' : `${copies} copies`
  return listed?.loaded && listed.names.length === 0 ? ['empty', held].filter(Boolean).join(' · ') : held
}
