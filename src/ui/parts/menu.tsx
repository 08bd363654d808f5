/** A menu at a point or under its button: the browser's popover, with the keys that menus have. */
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react'

export interface MenuItem {
  word: string
  icon?: ReactNode
  act: () => void
  /** Shown apart, in the colour of loss. */
  grave?: boolean
  /** For a choice among several: whether this is the one. */
  chosen?: boolean
  /** Why it cannot be done; it says so, and does nothing. */
  barred?: string | null
}

export interface MenuPoint {
  x: number
  y: number
}

export function Menu({ label, items, point, onClose }: { label: string; items: readonly MenuItem[]; point: MenuPoint; onClose: () => void }) {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = menu.current
    if (element === null) return
    const before = document.activeElement
    element.showPopover()
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(8, Math.min(point.x, innerWidth - width - 8))}px`
    element.style.top = `${Math.max(8, Math.min(point.y, innerHeight - height - 8))}px`
    element.querySelector<HTMLElement>('[role^=menuitem]')?.focus()
    return () => {
      // Back to where the menu was called from, unless an action has taken the focus elsewhere.
      if (before instanceof HTMLElement && (document.activeElement === document.body || element.contains(document.activeElement))) before.focus()
    }
  }, [point])

  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(menu.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      all[to % all.length]?.focus()
    } else if (event.key === 'Tab' || event.key === 'Escape') {
      event.preventDefault()
      onClose()
    } else if (event.key.length === 1) {
      all.find((item, i) => i !== at && item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus()
    }
    event.stopPropagation()
  }

  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className="menu"
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === 'closed') onClose()
      }}
    >
      {items.map(({ word, icon, act, grave = false, chosen, barred = null }) => (
        <button
          key={word}
          type="button"
          role={chosen === undefined ? 'menuitem' : 'menuitemradio'}
          aria-checked={chosen}
          aria-disabled={barred !== null}
          className={grave ? 'grave' : undefined}
          tabIndex={-1}
          onClick={() => {
            if (barred !== null) return
            onClose()
            act()
          }}
        >
          <span className="menu-icon">{chosen ? '✓' : icon}</span>
          <span className="menu-word">
            {word}
            {barred !== null && <small>{barred}</small>}
          </span>
        </button>
      ))}
    </div>
  )
}

/** Under the lower left corner of a button. */
export function pointUnder(element: Element): MenuPoint {
  const { left, bottom } = element.getBoundingClientRect()
  return { x: left, y: bottom + 4 }
}
