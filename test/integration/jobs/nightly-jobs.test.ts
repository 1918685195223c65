import type { JobRequest } from '../../../emulator/src/index.js'
import { RunningSample } from '../../support/running-sample.js'

const CHECK = '/odata/v4/nightly-jobs/checkEquipment'
const EQUIPMENT = '/odata/v4/maintenance/Equipment'

let running: RunningSample
const run = (request: Partial<JobRequest> = {}) =>
  running.emulator.jobScheduler.start({ url: running.sample.url + CHECK, ...request })

beforeAll(async () => {
  running = await RunningSample.start()
  const carol = await running.as('carol')
  const pump = { name: 'Pump', plant: '1010', category: 'M', manufacturer: 'KSB' }
  const impossible = [
    { ...pump, id: 'J-1', constructionYear: '2999' },
    { ...pump, id: 'J-2', serialNumber: 'KS-2012-1000' }
  ]
  for (const each of impossible) expect((await carol.post(EQUIPMENT, each)).status).toBe(201)
})
afterAll(() => running?.stop())

test('the check finds what can not be right, in all plants, as the technical user of S/4', async () => {
  const { result, entries } = await running.recorded(() => run())
  expect(result.status).toBe(200)
  const { checked, findings } = JSON.parse(result.body) as Record<string, unknown>
  expect(checked).toBe(37)
  expect(findings).toEqual([
    { equipment: 'J-1', plant: '1010', problem: 'was constructed in the future' },
    { equipment: 'J-2', plant: '1010', problem: "has another one's serial number" }
  ])
  expect(entries.map(({ user, subject, method }) => [user, subject, method])).toEqual([
    ['MAINT_TECH', 'CN=sb-maintenance!t1', 'GET']
  ])
})

test('in the background it answers 202, and reports the status with the client of the binding', async () => {
  const { emulator } = running
  const reports = emulator.requests('jobscheduler').length
  const { outcome, runId, headers, client } = await run({ data: '{"background":true}' })
  expect(outcome).toBe('accepted')
  expect(await emulator.jobScheduler.status(runId)).toEqual({
    success: true,
    message: '37 pieces of equipment checked, 2 with a problem'
  })
  const { 'x-sap-job-id': job, 'x-sap-job-schedule-id': schedule } = headers
  expect(emulator.requests('jobscheduler').slice(reports)).toEqual([
    expect.objectContaining({
      method: 'PUT',
      path: `/scheduler/jobs/${job}/schedules/${schedule}/runs/${runId}`,
      client
    })
  ])
})

test('what fails in the background is reported as failed, and the reason is in the log only', async () => {
  const { emulator, sample } = running
  emulator.enqueue('s4', {
    status: 500,
    body: { error: { code: 'X', message: { value: 'secret' } } }
  })
  const { runId } = await run({ data: '{"background":true}' })
  expect(await emulator.jobScheduler.status(runId)).toEqual({
    success: false,
    message: 'failed, see the log of the application'
  })
  await sample.printed(new RegExp(`run ${runId} failed:`))
})

test('the background is for runs of the service only', async () => {
  const token = await running.emulator.issueToken({ client: 'jobscheduler' })
  const client = running.with(`Bearer ${token}`)
  expect(await client.post(CHECK, { background: true })).toMatchObject({
    status: 400,
    body: { error: { code: 'ERR_NO_JOB_RUN' } }
  })
})

test('no user has the role, and the log tells no token', async () => {
  for (const user of ['alice', 'bob', 'carol', 'dave', 'eve']) {
    expect((await (await running.as(user)).post(CHECK)).status).toBe(403)
  }
  expect(await running.sample.output()).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
})
