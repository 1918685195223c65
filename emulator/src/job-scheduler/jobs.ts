import { randomUUID } from 'node:crypto'
import { readJob, type JobDefinition, type ScheduleDefinition } from './read-job.js'

/** A schedule as the REST API returns it. */
export interface StoredSchedule extends ScheduleDefinition {
  scheduleId: string
  type: 'recurring' | 'one-time'
}

/** A job as the REST API returns it. */
export interface StoredJob extends Omit<JobDefinition, 'schedules'> {
  _id: number
  jobId: number
  jobType: 'HTTP_ENDPOINT'
  signatureVersion: 0
  createdAt: string
  schedules: StoredSchedule[]
}

/** A name that another job has. */
export class JobExists extends Error {}

/** The jobs of one tenant, in memory. No clock runs them. */
export class Jobs {
  readonly #jobs = new Map<number, StoredJob>()
  #last = 0

  /** @throws JobExists, InvalidJob */
  create(body: unknown, now: number): StoredJob {
    const definition = readJob(body)
    if (this.find(definition.name)) {
      throw new JobExists(`a job with the name "${definition.name}" exists`)
    }
    this.#last += 1
    const createdAt = new Date(now).toISOString().slice(0, 19).replace('T', ' ')
    const id = this.#last
    const job: StoredJob = {
      ...{ _id: id, jobId: id, jobType: 'HTTP_ENDPOINT', signatureVersion: 0, createdAt },
      ...withSchedules(definition)
    }
    this.#jobs.set(id, job)
    return job
  }

  /** Replaces the settings of a job, and its schedules where the body has some. */
  update(job: StoredJob, body: unknown): StoredJob {
    const { schedules: _schedules, ...former } = job
    const definition = readJob({ active: false, ...Object(body), name: job.name }, former)
    const { schedules, ...settings } = withSchedules(definition)
    const hasSchedules = Object.hasOwn(Object(body) as object, 'schedules')
    const updated = { ...job, ...settings, ...(hasSchedules && { schedules }) }
    this.#jobs.set(job.jobId, updated)
    return updated
  }

  /** Finds a job by its id or name; a name is never a number. */
  find(idOrName: string): StoredJob | undefined {
    const byId = /^\d+$/.test(idOrName) ? this.#jobs.get(Number(idOrName)) : undefined
    return byId ?? this.all().find(({ name }) => name === idOrName)
  }

  all(): StoredJob[] {
    return [...this.#jobs.values()]
  }

  delete(job: StoredJob): void {
    this.#jobs.delete(job.jobId)
  }
}

function withSchedules({ schedules, ...settings }: JobDefinition) {
  return {
    ...settings,
    schedules: schedules.map((schedule): StoredSchedule => {
      const type = schedule.time === undefined ? 'recurring' : 'one-time'
      return { ...schedule, scheduleId: randomUUID(), type }
    })
  }
}
