import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'

import { type Emulator, startEmulator } from '../../src/index.js'
import { listen } from '../../src/http/listener.js'
import { claimsOf, requestToken, send } from '../support/http.js'

const xsSecurity = {
  xsappname: 'maintenance',
  'tenant-mode': 'shared',
  scopes: [
    { name: '$XSAPPNAME.JOBS', 'grant-as-authority-to-apps': ['$XSSERVICENAME(my-jobs)'] },
    { name: '$XSAPPNAME.Other', 'grant-as-authority-to-apps': ['$XSSERVICENAME(your-jobs)'] }
  ]
}

const OPTIONS = {
  root: __dirname,
  users: {},
  xsSecurity,
  tenants: { 'customer-1': {} },
  jobScheduler: { instance: 'my-jobs' }
}

/** A request to the application. */
interface Seen {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let emulator: Emulator
let server: Server
let url: string
let close: () => Promise<void>
const seen: Seen[] = []
let answer: { status: number; body?: string; headers?: Record<string, string>; hang?: boolean }

beforeAll(async () => {
  emulator = await startEmulator(OPTIONS)
  server = createServer((req, res) => {
    void text(req).then((body) => {
      seen.push({ method: req.method, headers: req.headers, body })
      if (!answer.hang) res.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  const listener = await listen(server)
  ;({ close } = listener)
  url = `http://localhost:${listener.port}/jobs/run`
})
afterAll(async () => {
  await close?.()
  await emulator?.stop()
})
beforeEach(() => {
  seen.length = 0
  answer = { status: 200, body: 'done' }
})

const binding = () => {
  const [found] = emulator.vcapServices().jobscheduler ?? []
  return found as unknown as { credentials: { url: string; uaa: Record<string, string> } }
}

test('the binding has the shape of plan standard', () => {
  expect(binding()).toMatchObject({
    label: 'jobscheduler',
    plan: 'standard',
    name: 'my-jobs',
    instance_name: 'my-jobs',
    tags: expect.arrayContaining(['jobscheduler']) as unknown,
    credentials: {
      url: expect.stringMatching(/^https:\/\/localhost:\d+$/) as unknown,
      uaa: {
        clientid: expect.stringMatching(/^sb-[\da-f-]{36}!b\d+\|sap-jobscheduler!b\d+$/) as unknown,
        clientsecret: expect.any(String) as unknown,
        url: emulator.url,
        uaadomain: new URL(emulator.url).host
      }
    }
  })
  expect(emulator.applicationBinding('jobscheduler')).toEqual(binding())
})

test('it calls with a token of its own client, the granted scopes, and the headers of the run', async () => {
  const { jobScheduler } = emulator
  const { clientid } = binding().credentials.uaa
  const run = await jobScheduler.start({ url, data: '{"days":30}' })
  const scopes = ['uaa.resource', 'maintenance!t1.JOBS']
  expect(run).toMatchObject({ status: 200, body: 'done', outcome: 'success', scopes })
  expect(run.client).toBe(clientid)
  const [{ method, headers, body } = {} as Seen] = seen
  expect({ method, body }).toEqual({ method: 'POST', body: '{"days":30}' })
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'application/json',
    'x-sap-job-id': expect.stringMatching(/^\d+$/) as unknown,
    'x-sap-job-schedule-id': expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    'x-sap-job-run-id': run.runId,
    'x-sap-scheduler-host': binding().credentials.url,
    'x-sap-run-at': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as unknown
  })
  const claims = claimsOf(headers.authorization?.split(' ')[1] ?? '') as object
  expect(claims).toMatchObject({
    grant_type: 'client_credentials',
    ...{ sub: clientid, cid: clientid, azp: clientid },
    scope: scopes,
    authorities: scopes,
    aud: [clientid, 'uaa', 'maintenance!t1']
  })
  expect(claims).not.toHaveProperty('user_name')
})

test.each([
  [200, 'success'],
  [204, 'success'],
  [302, 'success'],
  [202, 'accepted'],
  [400, 'failed'],
  [403, 'failed'],
  [500, 'failed']
])('an answer %d is: %s', async (status, outcome) => {
  answer = { status, headers: { location: 'http://127.0.0.1:1/' } }
  expect(await emulator.jobScheduler.start({ url })).toMatchObject({ status, outcome })
  expect(seen).toHaveLength(1)
})

test('GET has no body, POST an empty object, and a subscriber its own zone', async () => {
  await emulator.jobScheduler.start({ url, method: 'GET', tenant: 'customer-1' })
  await emulator.jobScheduler.start({ url })
  expect(seen.map(({ method, body }) => [method, body])).toEqual([
    ['GET', ''],
    ['POST', '{}']
  ])
  const [zid] = seen.map(
    ({ headers }) => (claimsOf(headers.authorization?.slice(7) ?? '') as { zid: string }).zid
  )
  expect(zid).toBe('customer-1')
})

test.each([
  ['another machine', { url: 'https://example.com/jobs' }, /no http URL on this machine/],
  ['a look-alike', { url: 'http://localhost.example.com/' }, /no http URL on this machine/],
  ['no URL', { url: '/jobs' }, /no http URL on this machine/],
  ['no JSON', { url: 'http://localhost:1/', data: '{' }, /must be JSON/],
  ['an unknown tenant', { url: 'http://localhost:1/', tenant: 'x' }, /there is no tenant "x"/]
])('%s is refused before anything is sent', async (_, request, message) => {
  const failure = {
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message) as string
  }
  await expect(emulator.jobScheduler.start(request)).rejects.toMatchObject(failure)
})

test('nobody listens, or nobody answers in time', async () => {
  const nobody = {
    code: 'ERR_EMULATOR_JOB',
    message: expect.stringMatching(/does the appl/) as string
  }
  await expect(emulator.jobScheduler.start({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject(
    nobody
  )
  answer = { status: 200, hang: true }
  const late = { message: expect.stringMatching(/no answer within 0\.05 s/) as string }
  await expect(emulator.jobScheduler.start({ url, timeout: 50 })).rejects.toMatchObject(late)
})

describe('the status of an asynchronous run', () => {
  const statusUrl = (headers: Record<string, string>, changes: Record<string, string> = {}) => {
    const of = (name: string) => changes[name] ?? headers[`x-sap-${name}`]
    const ids = `jobs/${of('job-id')}/schedules/${of('job-schedule-id')}/runs/${of('job-run-id')}`
    return `${of('scheduler-host')}/scheduler/${ids}`
  }
  const put = (path: string, token: string, body: unknown, method = 'PUT') =>
    send(path, {
      method,
      ca: emulator.ca,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body)
    })
  const ownToken = async () => {
    const response = await requestToken(
      emulator,
      { grant_type: 'client_credentials' },
      {},
      binding().credentials.uaa
    )
    return (response.body as { access_token: string }).access_token
  }
  const started = async () => {
    answer = { status: 202 }
    return emulator.jobScheduler.start({ url })
  }

  test('reported with the client of the binding, it ends the wait', async () => {
    const { headers, runId } = await started()
    const waiting = emulator.jobScheduler.status(runId, 10_000)
    const body = { success: false, message: 'three of them failed' }
    const { status, body: told } = await put(statusUrl(headers), await ownToken(), body)
    expect({ status, told: told as unknown }).toEqual({ status: 200, told: { success: true } })
    expect(await waiting).toEqual(body)
    expect(await emulator.jobScheduler.status(runId)).toEqual(body)
  })

  test('none in time: unknown', async () => {
    const { runId } = await started()
    expect(await emulator.jobScheduler.status(runId, 20)).toBeUndefined()
  })

  test('a token of another client, an expired one, or none is 401, and changes nothing', async () => {
    const { headers, runId } = await started()
    const tokens = [
      await emulator.issueToken({}),
      await emulator.issueToken({ client: 'destination' }),
      await emulator.issueToken({ client: 'jobscheduler', expiresIn: -1 }),
      'x'
    ]
    for (const token of tokens) {
      const { status } = await put(statusUrl(headers), token, { success: true })
      expect(status).toBe(401)
    }
    expect(await emulator.jobScheduler.status(runId, 20)).toBeUndefined()
  })

  test('ids of no run, or of several, are 404; other bodies 400; other methods 405', async () => {
    const [one, other] = [await started(), await started()]
    const token = await ownToken()
    const done = { success: true }
    const changes = [
      { 'job-id': '0' },
      { 'job-schedule-id': other.headers['x-sap-job-schedule-id'] ?? '' },
      { 'job-run-id': '../..' }
    ]
    for (const change of changes) {
      expect((await put(statusUrl(one.headers, change), token, done)).status).toBe(404)
    }
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      {},
      { success: 'true' },
      { success: true, message: 1 }
    ]) {
      expect((await put(statusUrl(one.headers), token, body)).status).toBe(400)
    }
    expect((await put(statusUrl(one.headers), token, done, 'POST')).status).toBe(405)
    expect(await emulator.jobScheduler.status(one.runId, 20)).toBeUndefined()
  })

  test('of a run that there was not: an error', async () => {
    await expect(emulator.jobScheduler.status('x')).rejects.toMatchObject({
      code: 'ERR_EMULATOR_OPTIONS'
    })
  })
})

test('without the option there is none', async () => {
  const { jobScheduler: _, ...without } = OPTIONS
  const other = await startEmulator(without)
  try {
    expect(other.vcapServices()).not.toHaveProperty('jobscheduler')
    await expect(other.jobScheduler.start({ url })).rejects.toThrow(/option "jobScheduler"/)
  } finally {
    await other.stop()
  }
})

test('an application of the same name is a mistake', async () => {
  const applications = { jobscheduler: { xsSecurity: {} } }
  await expect(startEmulator({ ...OPTIONS, applications })).rejects.toThrow(/leave one of them out/)
})
