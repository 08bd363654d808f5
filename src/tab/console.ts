/** `window.namering`: the library, and for the console and for tests of partitions the tab's network and state by name. */
import type { StoreApi } from 'zustand/vanilla'
import type { NameService } from '../client/nameService'
import { failure, NameServiceError } from '../core/errors'
import type { ServerId } from '../core/names'
import type { TabControls, TabView } from './view'

export interface Console extends NameService {
  readonly network: {
    /** Cuts this tab's links to these servers (names or identifiers), both ways, both roads. */
    cut(...servers: string[]): void
    heal(...servers: string[]): void
    healAll(): void
    /** Cuts every link of this tab. */
    isolate(): void
    /** Adds delay (ms each way, up to 30000) and loss (0 to 1). */
    disturb(weather: Partial<TabView['weather']>): void
  }
  /** What the page shows of this tab's server, as plain data. */
  view(): TabView
}

/** ms; more than that is a cut, which can be had as one. */
const LONGEST_DELAY = 30_000

function checked(weather: Partial<TabView['weather']>): TabView['weather'] {
  const { delay = 0, loss = 0 } = weather
  const isWithin = (value: unknown, most: number): boolean => typeof value === 'number' && value >= 0 && value <= most
  if (isWithin(delay, LONGEST_DELAY) && isWithin(loss, 1)) return { delay, loss }
  throw new NameServiceError(failure('BadRequest', { reason: `a disturbance is a delay of 0 to ${LONGEST_DELAY} ms and a loss of 0 to 1` }))
}

export function consoleOf(service: NameService, controls: TabControls, view: StoreApi<TabView>): Console {
  const serverOf = (name: string): ServerId => {
    const link = view.getState().links.find((each) => each.name === name || each.server === name)
    if (link === undefined) throw new NameServiceError(failure('NoSuchServer', { server: name }))
    return link.server
  }
  return Object.assign(service, {
    network: {
      cut: (...servers: string[]) => servers.forEach((name) => controls.cut(serverOf(name))),
      heal: (...servers: string[]) => servers.forEach((name) => controls.heal(serverOf(name))),
      healAll: () => controls.healAll(),
      isolate: () => controls.isolate(),
      disturb: (weather: Partial<TabView['weather']>) => controls.disturb(checked(weather)),
    },
    view: () => view.getState(),
  })
}
