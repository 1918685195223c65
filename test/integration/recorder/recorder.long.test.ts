import { spawn, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'

import type { Trace, TraceHop } from '../../../emulator/src/recorder/types.js'
import { end, Output } from '../../support/sample.js'
import { describePage } from './page.js'
import { CLI, RecordedSample } from './recorded-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'

let sample: RecordedSample

beforeAll(async () => {
  sample = await RecordedSample.start()
}, 120_000)
afterAll(() => sample?.stop())

const isFor =
  (method: string, path: string, user?: string) =>
  ({ request }: Trace) =>
    request?.method === method && request.path.startsWith(path) && request.user === user

const stations = ({ hops }: Trace) => hops.map(({ station }) => station)
const last = ({ hops }: Trace): TraceHop | undefined => hops.at(-1)

test("alice's change: token, call, every service on the way, and ALICE in S/4", async () => {
  const data = { id: 'R-1', name: 'Pump', plant: '1010', category: 'M' }
  const { status } = await sample.as('alice').post(EQUIPMENT, data)
  expect(status).toBe(201)
  const trace = await sample.trace(isFor('POST', EQUIPMENT, 'alice'))
  expect(trace).toMatchObject({
    failed: false,
    request: {
      status: 201,
      service: 'MaintenanceService',
      principal: 'named',
      token: {
        client: expect.stringContaining('maintenance') as unknown,
        attributes: expect.arrayContaining(['plant']) as unknown
      }
    }
  })
  expect(trace.calls).toContainEqual(
    expect.objectContaining({
      service: 'API_EQUIPMENT',
      destination: 'S4',
      onBehalfOf: 'namedUser',
      principal: 'named',
      user: 'alice',
      outcome: 'ok',
      context: 'request'
    })
  )
  expect(stations(trace)).toEqual(
    expect.arrayContaining(['Destination service', 'Connectivity proxy', 'S/4'])
  )
  const change = trace.hops.find(({ station, method }) => station === 'S/4' && method === 'POST')
  expect(change).toMatchObject({
    status: 201,
    joined: 'id',
    subject: expect.stringContaining('CN=alice') as unknown,
    remoteUser: 'ALICE',
    token: { user: 'alice' }
  })
  const times = trace.hops.map(({ at }) => at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test("bob's request with an expired token is refused, and nothing went on", async () => {
  await sample.as('bob', '--expires-in', '-600').get(EQUIPMENT)
  const trace = await sample.trace(({ request }) => request?.code === 'ERR_TOKEN_EXPIRED')
  expect(trace).toMatchObject({ failed: true, calls: [], hops: [] })
  expect(trace.request).toMatchObject({
    status: 401,
    principal: 'anonymous',
    cause: expect.stringContaining('expired') as unknown
  })
  expect(trace.request).not.toHaveProperty('user')
})

test('a call as the technical user says so, and S/4 saw no certificate of a user', async () => {
  await sample.as('alice').post('/odata/v4/recorded/technical')
  const trace = await sample.trace(isFor('POST', '/odata/v4/recorded/technical', 'alice'))
  expect(trace.calls).toEqual([
    expect.objectContaining({
      service: 'API_EQUIPMENT_SYSTEM',
      onBehalfOf: 'systemUser',
      principal: 'technical',
      user: 'alice'
    })
  ])
  expect(last(trace)).toMatchObject({ station: 'S/4' })
  expect(last(trace)?.subject ?? '').not.toContain('alice')
})

test('a failing backend: code, hop, cause and fix', async () => {
  await sample.as('alice').post('/odata/v4/recorded/failing')
  const trace = await sample.trace(isFor('POST', '/odata/v4/recorded/failing', 'alice'))
  expect(trace).toMatchObject({ failed: true, calls: [{ service: 'NOWHERE', outcome: 'failed' }] })
  const text = expect.any(String) as string
  expect(trace.request).toMatchObject({
    code: /^ERR_/.exec(trace.request?.code ?? '') && text,
    hop: text,
    cause: text,
    fix: text
  })
  expect(last(trace)).toMatchObject({ station: 'Connectivity proxy', status: 403 })
})

test('work in the background is told apart from the request that waits for it', async () => {
  await sample.as('alice').post('/odata/v4/recorded/spawned')
  const trace = await sample.trace(isFor('POST', '/odata/v4/recorded/spawned', 'alice'))
  expect(trace.calls).toEqual([
    expect.objectContaining({ context: 'request', outcome: 'ok' }),
    expect.objectContaining({ context: 'spawn', outcome: 'ok' })
  ])
})

test('a queued call names the request that has queued it', async () => {
  await sample.as('alice').post('/odata/v4/recorded/queued')
  const queuing = await sample.trace(isFor('POST', '/odata/v4/recorded/queued', 'alice'))
  const trace = await sample.trace(({ calls }) => calls.some(({ context }) => context === 'queue'))
  expect(trace.calls).toEqual([
    expect.objectContaining({
      service: 'API_EQUIPMENT_SYSTEM',
      context: 'queue',
      principal: 'technical',
      outcome: 'ok'
    })
  ])
  expect(trace.origin ?? trace.correlationId).toBe(queuing.correlationId)
  expect(last(trace)).toMatchObject({ station: 'S/4', status: 200 })
})

test('a request of the Job Scheduling service, and its calls, are told apart', async () => {
  sample.command('job', 'run', '/odata/v4/nightly-jobs/checkEquipment')
  const trace = await sample.trace(({ request }) => request?.context === 'job')
  expect(trace.request).toMatchObject({ principal: 'technical', user: 'system' })
  expect(trace.calls).toContainEqual(
    expect.objectContaining({ service: 'API_EQUIPMENT_SYSTEM', context: 'job', outcome: 'ok' })
  )
})

test('health, as the application has mounted it, says what calls have shown', async () => {
  const answer = await fetch(`${sample.url}/health/principal`)
  expect(await answer.json()).toMatchObject({
    status: 'up',
    issuers: { xsuaa: { state: 'up' } },
    destinations: { S4: { state: 'up' }, S4_SYSTEM: { state: 'up' } }
  })
})

test('the command prints what is recorded, as text and as JSON', () => {
  const { stdout, stderr } = sample.command('trace')
  expect(stderr).toBe('')
  expect(stdout).toMatch(/POST \/odata\/v4\/maintenance\/Equipment → 201/)
  expect(stdout).toMatch(/who +alice \(named, xsuaa\)/)
  expect(stdout).toMatch(/call +API_EQUIPMENT at S4 · as named/)
  expect(stdout).toMatch(/S\/4: POST .* → 201 · certificate CN=alice.* · SAP user ALICE/)
  expect(stdout).toMatch(/ERR_TOKEN_EXPIRED[^]*npx cds-principal explain ERR_TOKEN_EXPIRED/)
  expect(stdout).toMatch(/not as the user of the request/)
  const lines = sample.command('trace', '--json').stdout.trim().split('\n')
  const traces = lines.map((line) => JSON.parse(line) as Trace)
  expect(traces.length).toBeGreaterThan(4)
  expect(traces.some(({ request }) => request?.user === 'alice')).toBe(true)
})

test('with --follow the command prints each request that comes, until it is ended', async () => {
  const child = spawn(process.execPath, [CLI, 'trace', '--follow', '--project', sample.root])
  try {
    const output = new Output(child)
    await output.printed(/POST \/odata\/v4\/maintenance\/Equipment → 201/) // what was there before
    for (const id of ['R-2', 'R-3']) {
      await sample.as('bob').get(`${EQUIPMENT}('${id}')`)
      await output.printed(new RegExp(`GET ${EQUIPMENT.replaceAll('/', '\\/')}\\('${id}'\\) → 404`))
    }
    expect(output.text.match(/'R-2'\) → 404/g)).toHaveLength(1)
    expect(child.exitCode).toBeNull()
  } finally {
    await end(child)
  }
})

test('without a landscape the command says how to start one', () => {
  const { stderr, status } = sample.command('trace', '--project', '/')
  expect({ stderr, status }).toEqual({
    stderr: expect.stringContaining('no emulator is running'),
    status: 1
  })
})

test('no token, no secret and no other personal value is recorded', () => {
  const { stdout } = sample.command('trace', '--json')
  expect(stdout).not.toMatch(/eyJ|Bearer|clientsecret|@|BEGIN|1010"/)
  const [first = ''] = stdout.split('\n')
  const { correlationId } = JSON.parse(first) as Trace
  const folders = [sample.root, tmpdir()]
  const search = ['-rlI', '--exclude-dir=node_modules', correlationId, ...folders]
  expect(spawnSync('grep', search, { encoding: 'utf8' }).stdout).toBe('') // no file has it
})

describePage(() => sample)
