/**
 * The sessions of one link: the one that lives, the one that is tried, and the one that was replaced and still
 * listens for what is on its way.
 */
import type { ProvenServer } from './network'
import type { Session } from './session'

/** Milliseconds a replaced session goes on listening. */
const retirement = 2000
/** Ids of ended sessions remembered, so that late notes do not revive them. */
const remembered = 50

export class Sessions {
  #live: { session: Session; peer: ProvenServer } | null = null
  #attempt: { session: Session; timer: ReturnType<typeof setTimeout> } | null = null
  #retired: { session: Session; timer: ReturnType<typeof setTimeout> } | null = null
  readonly #ended: string[] = []

  /** Who is at the other end of the session that lives. */
  get peer(): ProvenServer | null {
    return this.#live?.peer ?? null
  }

  get live(): Session | null {
    return this.#live?.session ?? null
  }

  get attempt(): Session | null {
    return this.#attempt?.session ?? null
  }

  /** Milliseconds since the attempt began. */
  get attemptAge(): number {
    return this.#attempt === null ? 0 : performance.now() - this.#attempt.session.begun
  }

  get isBusy(): boolean {
    return this.#live !== null || this.#attempt !== null
  }

  find(id: string): Session | undefined {
    return [this.live, this.attempt, this.#retired?.session].find((session) => session?.id === id) ?? undefined
  }

  hasEnded(id: string): boolean {
    return this.#ended.includes(id)
  }

  /** A new attempt takes the place of the old one; `giveUp` is called if it lasts longer than `patience` milliseconds. */
  try(session: Session, patience: number, giveUp: () => void): void {
    this.endAttempt()
    this.#attempt = { session, timer: setTimeout(giveUp, patience) }
  }

  endAttempt(): void {
    if (this.#attempt === null) return
    clearTimeout(this.#attempt.timer)
    this.#end(this.#attempt.session, null)
    this.#attempt = null
  }

  /** The attempt has succeeded. The session before it, if it was to the same start of the server, retires. */
  promote(session: Session, peer: ProvenServer, retire: boolean): void {
    clearTimeout(this.#attempt?.timer)
    this.#attempt = null
    this.endRetirement()
    if (this.#live !== null && retire) this.#retired = { session: this.#live.session, timer: setTimeout(() => this.endRetirement(), retirement) }
    else this.endLive('end')
    this.#live = { session, peer }
  }

  /** Whether frames of this session still count. The first of a new session ends the listening of the old. */
  hears(session: Session): boolean {
    if (session !== this.live) return session === this.#retired?.session
    this.endRetirement()
    return true
  }

  endLive(word: 'bye' | 'end' | null): void {
    if (this.#live !== null) this.#end(this.#live.session, word)
    this.#live = null
  }

  endRetirement(): void {
    if (this.#retired === null) return
    clearTimeout(this.#retired.timer)
    this.#end(this.#retired.session, null)
    this.#retired = null
  }

  #end(session: Session, word: 'bye' | 'end' | null): void {
    this.#ended.push(session.id)
    if (this.#ended.length > remembered) this.#ended.shift()
    session.close(word)
  }
}
