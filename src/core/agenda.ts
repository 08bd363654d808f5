/** What a server means to do later: one time for each task, earliest first. A binary heap; replaced entries die lazily. */
export interface Agenda<Task extends string> {
  readonly times: Map<Task, number>
  readonly heap: { at: number; task: Task }[]
}

export const emptyAgenda = <Task extends string>(): Agenda<Task> => ({ times: new Map(), heap: [] })

/** Sets the time (ms since 1970) of a task, replacing the one it had. */
export function schedule<Task extends string>(agenda: Agenda<Task>, task: Task, at: number): void {
  const { times, heap } = agenda
  if (times.get(task) === at) return
  times.set(task, at)
  if (heap.length > 2 * times.size + 64) return rebuild(agenda)
  let child = heap.push({ at, task }) - 1
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (heap[parent]!.at <= heap[child]!.at) return
    swap(heap, parent, child)
    child = parent
  }
}

export function unschedule<Task extends string>(agenda: Agenda<Task>, task: Task): void {
  agenda.times.delete(task)
}

/** Moves every task by so many ms: the clock that they were planned by was set. */
export function shift<Task extends string>({ times, heap }: Agenda<Task>, by: number): void {
  for (const entry of heap) entry.at += by
  for (const [task, at] of times) times.set(task, at + by)
}

/** When the earliest task is due, in ms since 1970; null when there is none. */
export function nextTime<Task extends string>(agenda: Agenda<Task>): number | null {
  dropReplaced(agenda)
  return agenda.heap[0]?.at ?? null
}

/** Takes the earliest task that is due at `now`. */
export function takeDue<Task extends string>(agenda: Agenda<Task>, now: number): Task | null {
  dropReplaced(agenda)
  const first = agenda.heap[0]
  if (first === undefined || first.at > now) return null
  removeFirst(agenda.heap)
  agenda.times.delete(first.task)
  return first.task
}

function dropReplaced<Task extends string>({ heap, times }: Agenda<Task>): void {
  while (heap.length > 0 && times.get(heap[0]!.task) !== heap[0]!.at) removeFirst(heap)
}

/** Only the entries that live: what was replaced far ahead of its time would wait there for it. */
function rebuild<Task extends string>({ times, heap }: Agenda<Task>): void {
  const live = [...times].map(([task, at]) => ({ at, task })).toSorted((a, b) => a.at - b.at)
  heap.length = 0
  for (const entry of live) heap.push(entry)
}

function removeFirst(heap: { at: number }[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  heap[0] = last
  let parent = 0
  for (;;) {
    let least = parent
    for (const child of [2 * parent + 1, 2 * parent + 2]) if (child < heap.length && heap[child]!.at < heap[least]!.at) least = child
    if (least === parent) return
    swap(heap, parent, least)
    parent = least
  }
}

function swap(heap: { at: number }[], i: number, j: number): void {
  const entry = heap[i]!
  heap[i] = heap[j]!
  heap[j] = entry
}
