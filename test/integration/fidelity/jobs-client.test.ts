import { FidelityLandscape } from './landscape.js'

interface Job {
  _id: number
  name: string
  active: boolean
  schedules: { scheduleId: string; type: string; cron?: string }[]
}
type Done<T> = (error: (Error & { statusCode?: number }) | null, result?: T) => void

/** The part of the client that is used; the package has no types. */
interface Scheduler {
  createJob(options: { job: object }, done: Done<Job>): void
  upsertJob(options: { name: string; job: object }, done: Done<Job>): void
  fetchJob(options: { name?: string; jobId?: number }, done: Done<Job>): void
  fetchAllJobs(options: object, done: Done<{ total: number; results: Job[] }>): void
  fetchJobSchedules(options: { jobId: number }, done: Done<{ results: Job['schedules'] }>): void
  deleteJob(options: { jobId: number }, done: Done<{ success: boolean }>): void
  getJobCount(options: { activeStatus: boolean }, done: Done<object>): void
}
const client = jest.requireActual<{ Scheduler: new (options: object) => Scheduler }>(
  '@sap/jobs-client'
)

let landscape: FidelityLandscape
let scheduler: Scheduler
beforeAll(async () => {
  landscape = await FidelityLandscape.start({
    onPremise: {},
    destinations: {},
    jobScheduler: { instance: 'my-jobs' }
  })
  // knows nothing but the binding; without retries, because 501 is one of the answers
  scheduler = new client.Scheduler({ retry: { count: 0 } })
})
afterAll(() => landscape.stop())

const call = <T>(run: (done: Done<T>) => void) =>
  new Promise<T | undefined>((resolve, reject) => {
    run((error, result) => (error ? reject(error) : resolve(result)))
  })

const job = (name: string) => ({
  name,
  description: 'checks equipment',
  action: 'http://localhost:4004/jobs/run',
  active: true,
  httpMethod: 'POST',
  schedules: [{ cron: '* * * * * 0 0', active: true, description: 'hourly', data: { plant: '1' } }]
})

test('createJob, fetchJob, fetchJobSchedules, deleteJob', async () => {
  const created = await call<Job>((done) => scheduler.createJob({ job: job('check') }, done))
  expect(created).toMatchObject({
    name: 'check',
    active: true,
    schedules: [{ cron: '* * * * * 0 0', type: 'recurring', scheduleId: expect.any(String) }]
  })
  const jobId = created?._id ?? 0
  for (const which of [{ jobId }, { name: 'check' }]) {
    expect(await call<Job>((done) => scheduler.fetchJob(which, done))).toMatchObject({ _id: jobId })
  }
  const schedules = await call((done: Done<{ results: Job['schedules'] }>) =>
    scheduler.fetchJobSchedules({ jobId }, done)
  )
  expect(schedules?.results).toHaveLength(1)
  const again = call<Job>((done) => scheduler.createJob({ job: job('check') }, done))
  await expect(again).rejects.toMatchObject({ statusCode: 400 })
  const deleted = await call((done) => scheduler.deleteJob({ jobId }, done))
  expect(deleted).toEqual({ success: true })
  const gone = call((done: Done<Job>) => scheduler.fetchJob({ jobId }, done))
  await expect(gone).rejects.toMatchObject({ statusCode: 404 })
})

test('upsertJob at each start: created once, then changed', async () => {
  const upsert = (active: boolean) =>
    call<Job>((done) =>
      scheduler.upsertJob({ name: 'nightly', job: { ...job('nightly'), active } }, done)
    )
  const first = await upsert(true)
  const second = await upsert(false)
  expect(second).toMatchObject({ _id: first?._id, active: false })
  expect(second?.schedules).toHaveLength(1)
})

test('fetchAllJobs follows the pages', async () => {
  for (let each = 0; each < 105; each += 1) {
    const name = `page-${each}`
    await call<Job>((done) => scheduler.createJob({ job: { ...job(name), schedules: [] } }, done))
  }
  const all = await call((done: Done<{ total: number; results: Job[] }>) =>
    scheduler.fetchAllJobs({}, done)
  )
  const names = all?.results.map(({ name }) => name).filter((name) => name.startsWith('page-'))
  expect(new Set(names).size).toBe(105)
  expect(all?.total).toBe(all?.results.length)
})

test('what is not emulated says so', async () => {
  const count = call((done: Done<object>) => scheduler.getJobCount({ activeStatus: true }, done))
  await expect(count).rejects.toMatchObject({
    statusCode: 501,
    message: expect.stringMatching(/jobCount is not emulated/) as string
  })
})
