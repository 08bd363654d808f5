/**
 * The plain road: frames as notes of the signalling road, for when no data channel can rise (no network interface,
 * strict NAT). The session seals each frame, so neither relay nor room can read or forge it [X1].
 */
import { type Bytes, toBase64url } from '../keys/encoding'
import type { Road } from './network'
import type { Transport, TransportHandlers } from './transport'

export interface PlainOptions {
  road: Road
  /** Hands one frame, base64url, to the signalling road. */
  post(body: string): void
  /** Bytes that wait to leave on that road. */
  waiting(): number
}

/** While so many bytes wait, it looks every `lookAgain` milliseconds whether they have left. */
const highWater = 256 << 10
const lookAgain = 20

export function openPlainTransport(options: PlainOptions, handlers: TransportHandlers): Transport {
  let timer: ReturnType<typeof setTimeout> | undefined

  function watch(): void {
    timer = undefined
    if (options.waiting() > highWater) timer = setTimeout(watch, lookAgain)
    else handlers.drained()
  }

  queueMicrotask(() => handlers.opened())
  return {
    road: options.road,
    bindings: () => null,
    send(frame: Bytes) {
      options.post(toBase64url(frame))
      if (timer === undefined && options.waiting() > highWater) timer = setTimeout(watch, lookAgain)
    },
    waiting: () => options.waiting(),
    close: () => clearTimeout(timer),
  }
}
