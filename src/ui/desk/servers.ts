/** What people call servers, as far as this tab knows. */
import type { ServerId } from '../../core/names'
import { shortName } from '../../core/server'
import type { TabView } from '../../tab/view'

export type LinkView = TabView['links'][number]

/** A server's name from the root: "alpha", "DEC/alpha". */
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

/** A server's name for calls: servers call themselves from the root of the service, where `/` may stand for another one [N1]. */
export const serverName = ({ root, workingRoot }: Pick<TabView, 'root' | 'workingRoot'>, name: string): string => (root === workingRoot ? `/${name}` : name)

/** The name of a ring's member from the root: its server's name (SN) without where that begins. */
export const memberLabel = ({ name, server }: { name: string; server: ServerId }): string => (name === '' ? `${server.slice(0, 6)}…` : shortName(name))

/** This service's servers, as far as they are connected, by their names from its root. */
export const namesFromRoot = (view: TabView): string[] => [view.server.name, ...connectedLinks(view).filter(({ root }) => root === view.root).map(({ name }) => name)]

export const connectedLinks = ({ links }: TabView): LinkView[] => links.filter(({ state }) => state === 'connected')

/** A copy's or a link's member in words: why it does not answer, '' when it does. */
export function linkTrouble(view: TabView, server: ServerId): string {
  if (server === view.server.id) return ''
  if (view.cut.includes(server)) return 'cut off here'
  const link = view.links.find((one) => one.server === server)
  if (link === undefined) return 'not heard of'
  return { connected: '', cut: 'cut off here', connecting: 'connecting', absent: 'not connected', lost: 'lost' }[link.state]
}
