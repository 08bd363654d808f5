import { useState, type ReactNode } from 'react'
import { Menu, pointUnder, type MenuItem, type MenuPoint } from './menu'

/** A button that opens a menu. `name` is its accessible name when the content is only an icon. */
export function MenuButton({ name, className, items, children }: { name: string; className?: string; items: readonly MenuItem[]; children: ReactNode }) {
  const [point, setPoint] = useState<MenuPoint | null>(null)
  return (
    <>
      <button type="button" className={className} aria-label={name} aria-haspopup="menu" aria-expanded={point !== null} onClick={(event) => setPoint(pointUnder(event.currentTarget))}>
        {children}
      </button>
      {point !== null && <Menu label={name} items={items} point={point} onClose={() => setPoint(null)} />}
    </>
  )
}
