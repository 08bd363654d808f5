/** All cores at work: each takes one seed after the other. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { report, type Report } from './report'

/** Every so many seeds one is run twice: the same seed, the same run. */
const TWICE_EVERY = 100

/** MiB for what does not live long, such as messages: most of what a world makes. */
const YOUNG = 192

interface Task {
  seed: string
  twice: boolean
}

/** True in the thread that a person started; in the others, which begin with the same program, `work` is all there is to do. */
export const isForeman = isMainThread

export function work(): void {
  const { servers } = workerData as { servers: number | undefined }
  parentPort!.on('message', ({ seed, twice }: Task) => parentPort!.postMessage(report({ seed, ...(servers !== undefined && { servers }) }, twice)))
}

/** Runs all seeds, so many at once; `told` says whether to go on. */
export async function runAll(seeds: Generator<string>, jobs: number, servers: number | undefined, told: (report: Report) => boolean): Promise<void> {
  let started = 0
  let going = true
  const one = async (): Promise<void> => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { servers }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })
    for (let next = seeds.next(); going && next.done !== true; next = seeds.next()) {
      const twice = ++started % TWICE_EVERY === 0
      going = told(await answer(worker, { seed: next.value, twice })) && going
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: jobs }, one))
}

const answer = (worker: Worker, task: Task): Promise<Report> =>
  new Promise((resolve, reject) => {
    worker.removeAllListeners('error')
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(task)
  })
