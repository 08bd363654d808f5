/** What people call servers, as far as this tab knows. */
import type { ServerId } from '../../core/names'
import type { TabView } from '../../tab/view'
import { labelsOf } from './fullName'

export type LinkView = TabView['links'][number]

/** The short name of a server: "alpha". */
export function serverLabel(view: TabView, server: ServerId): string {
  if (server === view.server.id) return view.server.name
  const link = view.links.find((one) => one.server === server)
  if (link !== undefined && link.name !== '') return link.name
  for (const { ring } of Object.values(view.copies)) {
    const member = ring.find((one) => one.server === server)
    if (member !== undefined) return memberLabel(member)
  }
  return `${server.slice(0, 6)}…`
}

/** The short name of a ring's member: the last label of its server's name (SN). */
export const memberLabel = ({ name, server }: { name: string; server: ServerId }): string => labelsOf(name).at(-1) ?? (name === '' ? `${server.slice(0, 6)}…` : name)

export const connectedLinks = ({ links }: TabView): LinkView[] => links.filter(({ state }) => state === 'connected')

/** A copy's or a link's member in words: why it does not answer, '' when it does. */
export function linkTrouble(view: TabView, server: ServerId): string {
  if (server === view.server.id) return ''
  if (view.cut.includes(server)) return 'cut off here'
  const link = view.links.find((one) => one.server === server)
  if (link === undefined) return 'not heard of'
  return { connected: '', cut: 'cut off here', connecting: 'connecting', absent: 'not connected', lost: 'lost' }[link.state]
}
