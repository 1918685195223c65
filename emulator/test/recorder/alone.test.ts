import { Recorder } from '../../src/recorder/recorder.js'
import { traceLines } from '../../src/recorder/trace-lines.js'
import type { RecordedRequest } from '../../src/traffic/types.js'

let seen: (request: RecordedRequest) => void

const recorder = (alone: boolean) =>
  new Recorder(
    { observe: (listener) => (seen = listener), entries: () => Promise.resolve([]) },
    alone
  )

const at = Date.parse('2026-01-01T12:00:00Z')

beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(at))
afterEach(() => jest.restoreAllMocks())

function hop(endpoint: RecordedRequest['endpoint'], id?: string, more: object = {}) {
  const headers = id === undefined ? {} : { 'x-correlation-id': id }
  const date = new Date(at).toISOString()
  const request = { at: date, method: 'GET', path: '/x', status: 200, endpoint, headers }
  seen({ ...request, claims: {}, ...more } as unknown as RecordedRequest)
}

/** Five requests that are shown, and one that is not. */
function hops() {
  hop('destination', 'c1')
  hop('s4', 'c1', { subject: 'CN=alice', status: 403 })
  hop('xsuaa/token')
  hop('connectivity')
  hop('destination', undefined, { at: new Date(at + 60_000).toISOString() })
  hop('xsuaa/token_keys')
}

test('without events, requests to the services are shown: by their id, or one after the other', async () => {
  const alone = recorder(true)
  hops()
  await alone.next(4, 1000)
  const traces = alone.traces()
  expect(traces.map(({ hops }) => hops.map(({ station }) => station))).toEqual([
    ['Destination service', 'S/4'],
    ['XSUAA', 'Connectivity proxy'],
    ['Destination service']
  ])
  expect(traces.map(({ failed }) => failed)).toEqual([true, false, false])
  const [title, ...lines] = traceLines(traces[0]!)
  expect(title).toContain('requests to the services  (c1)')
  expect(lines[1]).toMatch(/S\/4: GET \/x → 403 · certificate CN=alice/)
})

test('the first event of an application takes what belongs to it, and nothing is shown by itself any more', async () => {
  const alone = recorder(true)
  hops()
  await alone.next(4, 1000)
  const data = { correlationId: 'c1', method: 'GET', path: '/own', principal: 'named', status: 200 }
  await alone.add([{ type: 'request', at: at + 100, data: { ...data, duration: 200 } }])
  hop('destination', 'c2')
  expect(alone.traces()).toMatchObject([{ correlationId: 'c1', request: { path: '/own' } }])
  expect(alone.traces()[0]!.hops.map(({ station }) => station)).toContain('S/4')
})

test('beside an application of CAP they wait for its events', async () => {
  const beside = recorder(false)
  hops()
  await beside.add([])
  expect(beside.traces()).toEqual([])
})
