/** Messages in a line a person can read, for traces and stories. */
import type { Message } from '../core/messages'

export function explainWire(wire: string): string {
  const message = JSON.parse(wire) as Message
  switch (message.type) {
    case 'updates':
      return `updates ${message.sets.length}`
    case 'lookSweep':
      return `lookSweep ${message.attempt.slice(0, 4)} at ${message.sweepTS}`
    case 'looked':
    case 'greet':
      return `${message.type} lastSweep ${message.facts.lastSweep} F ${message.facts.stableMark} ${message.facts.state}`
    case 'readPage':
      return `readPage ${message.page.index + 1}/${message.page.count}: ${message.page.log.length} sets`
    case 'writeSweep':
      return `writeSweep ${message.attempt.slice(0, 4)} at ${message.sweepTS} F ${message.stableMark}: ${message.page.log.length} sets`
    case 'sweepRefused':
      return `sweepRefused ${message.failure.code}`
    case 'request':
      return `request ${message.request.type}`
    case 'answer':
      return `answer ${message.failure?.code ?? 'ok'}`
    default:
      return message.type
  }
}
