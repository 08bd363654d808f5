/** noStorm: whatever is lost, cut or gone, no server is kept busy by words that call forth each other. */
import { Accusation, type World } from './world'
import type { SimServer } from './simServer'

/** ms within which one server takes at most so many messages; in worlds without a fault in it none took a tenth. */
const WINDOW = 10_000
const MOST = 20_000

/** Looks at how many messages each server takes. */
export function watchStorms(world: Pick<World, 'time' | 'observers'>): void {
  let until = 0
  const taken = new Map<SimServer, number>()
  world.observers.push({
    before: (server, input) => {
      if (world.time >= until) {
        taken.clear()
        until = world.time + WINDOW
      }
      if (input.type !== 'message') return
      const count = (taken.get(server) ?? 0) + 1
      taken.set(server, count)
      if (count > MOST) throw new Accusation('noStorm', `${server.name} took ${count} messages within ${WINDOW / 1000} s, the last a ${input.message.type}`)
    },
  })
}
