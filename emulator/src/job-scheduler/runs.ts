import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { LRUCache } from 'lru-cache'
import type { JobStatus } from './types.js'

/** One run of a job, by the ids in the service's REST API. */
export interface Run {
  readonly jobId: number
  readonly scheduleId: string
  readonly runId: string
  readonly reported: EventTarget
  status?: JobStatus
}

/** The last 1000 runs. */
export class Runs {
  readonly #runs = new LRUCache<string, Run>({ max: 1000 })

  open(): Run {
    const run: Run = {
      jobId: randomInt(1, 1_000_000),
      scheduleId: randomUUID(),
      runId: randomUUID(),
      reported: new EventTarget()
    }
    this.#runs.set(run.runId, run)
    return run
  }

  find(runId: string): Run | undefined {
    return this.#runs.get(runId)
  }
}

/** Notes what the application says of a run. */
export function report(run: Run, status: JobStatus): void {
  run.status = status
  run.reported.dispatchEvent(new Event('status'))
}

/** The status of a run, as soon as it is there. */
export async function reportedStatus(run: Run, timeout: number): Promise<JobStatus | undefined> {
  if (!run.status) {
    const signal = AbortSignal.timeout(timeout)
    await once(run.reported, 'status', { signal }).catch(() => undefined)
  }
  return run.status
}
