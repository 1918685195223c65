import { Recorder } from '../../src/recorder/recorder.js'
import { traceLines } from '../../src/recorder/trace-lines.js'
import type { RecordedRequest } from '../../src/traffic/types.js'
import type { AuditEntry } from '../../src/types.js'

let seen: (request: RecordedRequest) => void
let entries: AuditEntry[]
let recorder: Recorder

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-01-01T12:00:00Z'))
  entries = []
  recorder = new Recorder({
    observe: (listener) => (seen = listener),
    entries: () => Promise.resolve(entries)
  })
})
afterEach(() => jest.restoreAllMocks())

const request = (correlationId: string, more: object = {}, at = Date.now()) => ({
  type: 'request' as const,
  at,
  data: {
    correlationId,
    method: 'GET',
    path: '/x',
    principal: 'named',
    user: 'alice',
    status: 200,
    authentication: 1,
    duration: 100,
    ...more
  }
})

const call = (correlationId: string, more: object = {}, at = Date.now()) => ({
  type: 'call' as const,
  at,
  data: {
    correlationId,
    service: 'S4',
    principal: 'named',
    user: 'alice',
    outcome: 'ok',
    context: 'request',
    duration: 50,
    ...more
  }
})

const hop = (more: Partial<RecordedRequest>, at = Date.now() - 10) =>
  seen({
    at: new Date(at).toISOString(),
    method: 'GET',
    path: '/s',
    status: 200,
    endpoint: 's4',
    query: {},
    headers: {},
    claims: {},
    ...more
  })

test('calls and requests to the landscape are joined by the correlation id', async () => {
  hop({ headers: { 'x-correlation-id': 'a' }, subject: 'CN=alice' })
  hop({ headers: { 'x-correlation-id': 'other' } })
  hop({ endpoint: 'xsuaa/token_keys', headers: { 'x-correlation-id': 'a' } })
  entries.push({
    at: new Date(Date.now()).toISOString(),
    method: 'GET',
    path: '/s?x',
    status: 200,
    user: 'ALICE',
    subject: 'CN=alice'
  })
  await recorder.add([call('a')])
  expect(recorder.traces()).toEqual([]) // until the request has ended
  await recorder.add([request('a')])
  expect(recorder.traces()).toMatchObject([
    {
      correlationId: 'a',
      calls: [{ service: 'S4' }],
      hops: [{ station: 'S/4', joined: 'id', remoteUser: 'ALICE' }],
      failed: false
    }
  ])
})

test('a request to the landscape without a correlation id is joined by time, if that is clear', async () => {
  hop({ endpoint: 'xsuaa/token', grant: 'client_credentials' })
  await recorder.add([call('a'), request('a')])
  expect(recorder.traces()).toMatchObject([{ hops: [{ station: 'XSUAA', joined: 'time' }] }])
  hop({ endpoint: 'xsuaa/token' })
  await recorder.add([request('b'), request('c')])
  expect(
    recorder
      .traces()
      .slice(1)
      .flatMap(({ hops }) => hops)
  ).toEqual([])
})

test('a correlation id that is used again is another request', async () => {
  const before = Date.now() - 10_000
  await recorder.add([call('a', {}, before), request('a', { path: '/1' }, before)])
  hop({ headers: { 'x-correlation-id': 'a' } })
  await recorder.add([call('a'), request('a', { path: '/2' })])
  expect(
    recorder.traces().map((each) => [each.request?.path, each.calls.length, each.hops.length])
  ).toEqual([
    ['/1', 1, 0],
    ['/2', 1, 1]
  ])
})

test('200 requests are kept, and failures longest', async () => {
  await recorder.add([request('first', { status: 403, code: 'ERR_ROLE_MISSING' })])
  for (let i = 0; i < 300; i++) await recorder.add([request(`n${i}`)])
  const kept = recorder.traces()
  expect(kept).toHaveLength(200)
  expect(kept[0]).toMatchObject({ correlationId: 'first', failed: true })
  expect(kept[1]).toMatchObject({ correlationId: 'n101' })
})

test('of an event only the known facts are kept, and lines have no control characters', async () => {
  const data = {
    ...request('a').data,
    password: 'secret',
    token: { client: 'c', email: 'x@y', jwt: 'eyJ' }
  }
  await recorder.add([
    call('a', { password: 'secret', token: 'eyJ' }),
    { type: 'request', at: Date.now(), data: { ...data, path: '/\u001b[2J' } }
  ])
  expect(recorder.traces()[0]?.calls).toHaveLength(1)
  expect(JSON.stringify(recorder.traces())).not.toMatch(/secret|x@y|eyJ/)
  // eslint-disable-next-line no-control-regex -- this is the character in question
  expect(traceLines(recorder.traces()[0]!).join('')).not.toMatch(/\u001b/)
})

test('who waits for the next request gets it, or nothing after the time', async () => {
  const waiting = recorder.next(0, 5000)
  await recorder.add([request('a')])
  const [trace] = await waiting
  expect(trace).toMatchObject({ correlationId: 'a' })
  expect(await recorder.next(trace!.version, 5)).toEqual([])
})
