/** Light, dark, or as the system has it; kept for the next visit. */
import { createStore } from 'zustand/vanilla'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'namering theme'

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    return themes.find((theme) => theme === kept) ?? 'system'
  } catch {
    // A browser that withholds its storage still has a system theme.
    return 'system'
  }
}

function wear(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export const themeStore = createStore<{ theme: Theme }>(() => ({ theme: remembered() }))
wear(themeStore.getState().theme)

export function setTheme(theme: Theme): void {
  themeStore.setState({ theme })
  wear(theme)
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // It is worn until the page closes.
  }
}
