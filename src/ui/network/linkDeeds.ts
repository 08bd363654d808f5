/** Cutting and healing links, in words that name both ends. */
import type { TabControls, TabView } from '../../tab/view'
import type { LinkView } from '../desk/servers'

export interface LinkDeed {
  link: LinkView
  cut: boolean
  word: string
  act: () => void
}

export function linkDeeds(view: TabView, controls: TabControls): LinkDeed[] {
  return view.links.map((link) => {
    const cut = view.cut.includes(link.server)
    const ends = `${view.server.name} – ${link.name === '' ? link.server.slice(0, 6) : link.name}`
    return { link, cut, word: `${cut ? 'Heal' : 'Cut'} ${ends}`, act: () => (cut ? controls.heal(link.server) : controls.cut(link.server)) }
  })
}
