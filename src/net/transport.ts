/** The two ways bytes can travel between two servers, behind one interface; who is at the other end is not yet proven. */
import type { Bytes } from '../keys/encoding'
import type { Road } from './network'

export interface Transport {
  readonly road: Road
  /** What keys this end and the other, known once open [X1]; null on the plain road, where the hellos say it. */
  bindings(): { mine: string; theirs: string } | null
  /** Never throws; what cannot be sent is lost. */
  send(frame: Bytes): void
  /** Bytes that wait to leave. */
  waiting(): number
  close(): void
}

export interface TransportHandlers {
  opened(): void
  frame(frame: Bytes): void
  /** Little waits to leave: more may be sent. */
  drained(): void
  /** The transport is gone, by no act of this end; `fault` when the other end did wrong. Called at most once, never after `close`. */
  closed(reason: string, fault?: boolean): void
}
