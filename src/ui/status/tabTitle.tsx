import { useEffect } from 'react'
import { useView } from '../desk/desk'

/** The browser's tab carries the server's name, so that one finds it among the others. */
export function TabTitle() {
  const name = useView((view) => view.server.name)
  useEffect(() => {
    document.title = `${name} · namering`
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    const letter = /^[\p{L}\p{N}]/u.exec(name)?.[0] ?? ''
    if (icon !== null) icon.href = `data:image/svg+xml,${encodeURIComponent(iconWith(letter))}`
  }, [name])
  return null
}

const iconWith = (letter: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><circle cx="10" cy="11" r="7.5" fill="#fff" stroke="#0d6470" stroke-width="2"/><circle cx="10" cy="3.6" r="2.6" fill="#0d6470"/><text x="10" y="14.6" font-family="serif" font-size="10" text-anchor="middle" fill="#0d6470">${letter}</text></svg>`
