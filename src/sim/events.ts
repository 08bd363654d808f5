/** What is going to happen, earliest first; what is planned for one instant happens in the order in which it was planned. */
interface Event {
  at: number
  order: number
  action: () => void
}

export class Events {
  /** Milliseconds since the world began. */
  time = 0
  private readonly heap: Event[] = []
  private order = 0

  plan(delay: number, action: () => void): void {
    const event = { at: this.time + delay, order: this.order++, action }
    let child = this.heap.push(event) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!before(event, this.heap[parent]!)) break
      this.heap[child] = this.heap[parent]!
      child = parent
    }
    this.heap[child] = event
  }

  /** When the next event happens, ms since the world began; null when there is none. */
  get nextAt(): number | null {
    return this.heap[0]?.at ?? null
  }

  /** Lets the next event happen if it happens by then (ms since the world began); false when there is none. */
  next(until: number): boolean {
    const first = this.heap[0]
    if (first === undefined || first.at > until) return false
    this.takeFirst()
    this.time = first.at
    first.action()
    return true
  }

  /** Lets everything happen that happens until then. */
  run(until: number): void {
    while (this.next(until));
    this.time = until
  }

  private takeFirst(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[parent] = heap[child]!
      parent = child
    }
    heap[parent] = last
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
