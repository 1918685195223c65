import { type Emulator, startEmulator } from '../../src/index.js'
import { send } from '../support/http.js'

let emulator: Emulator
let url: string
beforeAll(async () => {
  const tenants = { 'customer-1': {} }
  emulator = await startEmulator({ root: __dirname, users: {}, tenants, jobScheduler: true })
  url = emulator.vcapServices().jobscheduler?.[0]?.credentials['url'] as string
})
afterAll(() => emulator.stop())

async function call(method: string, path: string, body?: unknown, tenant?: string) {
  const token = await emulator.issueToken({ client: 'jobscheduler', ...(tenant && { tenant }) })
  return send(url + path, {
    method,
    ca: emulator.ca,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
  })
}

const JOB = { name: 'check', action: 'http://localhost:4004/run', httpMethod: 'PUT' }

test('a job belongs to the tenant of the token', async () => {
  const { status, body, headers } = await call('POST', '/scheduler/jobs', JOB, 'customer-1')
  expect(status).toBe(201)
  expect(headers.location).toBe(`/scheduler/jobs/${body._id as number}`)
  expect(body).toMatchObject({ active: false, description: '', startTime: null, schedules: [] })
  expect((await call('GET', '/scheduler/jobs')).body).toMatchObject({ total: 0, results: [] })
  const theirs = await call('GET', '/scheduler/jobs', undefined, 'customer-1')
  expect(theirs.body.results).toMatchObject([{ name: 'check', ACTIVECOUNT: 0, INACTIVECOUNT: 0 }])
})

test('pages have addresses', async () => {
  for (const name of ['a', 'b', 'c']) await call('PUT', `/scheduler/jobs/${name}`, JOB)
  const { body } = await call('GET', '/scheduler/jobs?page_size=1&offset=1')
  expect(body).toMatchObject({
    total: 3,
    prev_url: '/scheduler/jobs/?page_size=1&offset=0',
    next_url: '/scheduler/jobs/?page_size=1&offset=2'
  })
  const last = await call('GET', body.next_url as string)
  expect(last.body).toMatchObject({ results: [{ name: 'c' }], next_url: null })
  const small = await call('GET', '/scheduler/jobs/a?displaySchedules=false')
  expect(small.body).not.toHaveProperty('schedules')
})

test('a change keeps schedules that it does not name, and switches off what does not say "active"', async () => {
  const schedules = [{ time: 'now', active: true }]
  await call('PUT', '/scheduler/jobs/kept', { ...JOB, active: true, schedules })
  const { body } = await call('PUT', '/scheduler/jobs/kept', { description: 'new' })
  expect(body).toMatchObject({
    active: false,
    description: 'new',
    action: JOB.action,
    schedules: [{ time: 'now', type: 'one-time' }]
  })
})

test.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /JSON/],
  ['no object', 'null', /must be a job/],
  ['a name of digits', { ...JOB, name: '12' }, /'name'/],
  ['no action', { ...JOB, action: 'x' }, /'action'/],
  ['an unknown method', { ...JOB, httpMethod: 'PATCH' }, /'httpMethod'/],
  ['no boolean', { ...JOB, active: 'yes' }, /'active'/],
  ['no list', { ...JOB, schedules: {} }, /'schedules'/],
  ['two modes', { ...JOB, schedules: [{ cron: 'x', time: 'now' }] }, /one of cron/],
  ['a schedule that is not sure', { ...JOB, schedules: [{ cron: 'x', active: 1 }] }, /schedule/]
])('%s is refused', async (_, body, message) => {
  const answer = await call('POST', '/scheduler/jobs', body)
  expect(answer.status).toBe(400)
  expect(answer.body.message).toMatch(message)
})

test.each([
  ['GET', '/scheduler/jobs/none', 404],
  ['DELETE', '/scheduler/jobs/none', 404],
  ['GET', '/scheduler/jobs/none/schedules', 404],
  ['POST', '/scheduler/jobs/a/schedules', 501],
  ['GET', '/scheduler/jobs/a/schedules/x/runs', 501],
  ['GET', '/scheduler/jobCount', 501],
  ['GET', '/scheduler/search/jobs', 501]
])('%s %s: %i', async (method, path, status) => {
  const answer = await call(method, path, method === 'POST' ? {} : undefined)
  expect(answer.status).toBe(status)
  if (status === 501) expect(answer.body.message).toMatch(/is not emulated/)
})
