import { describe, it } from 'vitest'
import { newSelf, openSubject } from './contractSubject'
import { newLoopbackHub } from './loopbackNetwork'
import { networkContract } from './networkContract'

describe('the network contract on the loopback network', () => {
  it.each(networkContract)('$title', async (each) => {
    const hub = newLoopbackHub()
    await each.run({
      rooms: ['first', 'second'],
      async open(name, room = 'first') {
        const { server, keyText: key, incarnation, instance } = await newSelf(name)
        return openSubject(server, (handlers) => hub.open({ server, key, incarnation, instance, name }, handlers, room))
      },
    })
  })
})
