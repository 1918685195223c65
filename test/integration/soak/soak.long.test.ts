import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

import { isCap9 } from '../../support/cap-version.js'
import { waveOf } from './call.js'
import { Driver, type MarkedCall, type Outcome, type State } from './driver.js'
import { expected } from './expected.js'
import { sharedConnections, tally, violations } from './judge.js'
import { QUEUES, SoakLandscape } from './landscape.js'
import type { Proxied } from './proxy-relay.js'
import type { Entry } from './record.js'

/** `SOAK_SECONDS=600` for longer, `SOAK_SEED=<number>` for other work. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 20)
const SEED = Number(process.env['SOAK_SEED'] ?? 20_260_801)

/** Requests that are sent at once. */
const SIZE = 80

/** Waves after which caches and connections are there. */
const WARM = 3

/** Of one user's token to one system. */
const MAX_IDLE = 10

/** What a queue tries again: somebody may correct the destination. */
const RETRIED = 'ERR_DESTINATION_USER_BOUND'

const MEGABYTE = 2 ** 20

/** Milliseconds after which what is waited for does not come any more. */
const PATIENCE = 45_000

/** Standard output, the port, and the connection of the very request that asks. */
const NOTHING_LEFT = { PipeWrap: 2, TCPServerWrap: 1, TCPSocketWrap: 1 }

/** CAP 9 listens once for each service that is queued in a request, and requests here queue more than ten. */
const OF_CAP_9 = /.*MaxListenersExceededWarning.* succeeded listeners .*/g

/** What must have come of some calls at least. */
const CODES = [
  'ok',
  'queued',
  'ERR_USER_TOKEN_REQUIRED',
  'ERR_TENANT_MISMATCH',
  'ERR_TOKEN_EXPIRES',
  'ERR_QUEUED_NAMED_USER',
  'ERR_DESTINATION_TECHNICAL',
  'ERR_DESTINATION_USER_BOUND',
  'ERR_REMOTE_CONNECTION_LOST',
  'ERR_REMOTE_TIMEOUT',
  'ERR_REMOTE_UNAUTHORIZED',
  'ERR_REMOTE_UNREACHABLE',
  'ERR_REMOTE_FORBIDDEN'
]

type Outcomes = Map<MarkedCall, Outcome | undefined>
type Queue = (typeof QUEUES)[number]

let landscape: SoakLandscape
let driver: Driver
const outcomes: Outcomes = new Map()
const entries: Entry[] = []
const proxied: Proxied[] = []
const warm = {} as Record<Queue, State>

beforeAll(async () => {
  landscape = await SoakLandscape.start()
  driver = new Driver(landscape)
}, 120_000)
afterAll(() => landscape.stop())

/** What the systems have seen; what is in a queue arrives later. */
async function arrived(sent: Outcomes): Promise<Entry[]> {
  const awaited = [...sent.keys()].filter(({ request, call, outage }) => {
    const { outcome, executed } = expected(request, call)
    if (outcome !== 'queued' || (outage && request.queue === 'in-memory')) return false
    return executed[0] > 0
  })
  const seen: Entry[] = []
  const end = performance.now() + PATIENCE
  for (;;) {
    seen.push(...(await landscape.take()))
    const done = new Set(seen.filter((each) => each.executed).map(({ header }) => header))
    if (awaited.every(({ marker }) => done.has(marker)) || performance.now() > end) return seen
    await pause(50)
  }
}

async function settled(queue: Queue, holds: (state: State) => boolean): Promise<State> {
  const end = performance.now() + PATIENCE
  for (;;) {
    const state = await driver.state(queue)
    if (holds(state) || performance.now() > end) return state
    await pause(100)
  }
}

test(
  `each call names the right user of the right tenant; ${String(SECONDS)} s, SOAK_SEED=${String(SEED)}`,
  async () => {
    const end = Date.now() + SECONDS * 1000
    for (let number = 0; number <= WARM || Date.now() < end; number++) {
      const sent = await driver.send(waveOf(SEED, number, SIZE))
      const seen = await arrived(sent)
      const asked = landscape.proxy.take()
      const found = violations({ outcomes: sent, entries: seen, proxied: asked })
      expect({ number, found: found.slice(0, 5) }).toEqual({ number, found: [] })
      for (const [call, outcome] of sent) outcomes.set(call, outcome)
      entries.push(...seen)
      proxied.push(...asked)
      if (number === WARM) for (const queue of QUEUES) warm[queue] = await driver.state(queue)
    }
    const codes = new Set([...outcomes.values()].map((outcome) => outcome?.code))
    expect([...codes]).toEqual(expect.arrayContaining(CODES))
    expect(outcomes.size).toBeGreaterThan(500)
  },
  SECONDS * 1000 + 240_000
)

test('no connection to the Connectivity proxy carries two principals, and few are kept of each', () => {
  expect(sharedConnections(proxied)).toEqual([])
  expect(new Set(proxied.map(({ principal }) => principal)).size).toBeGreaterThan(50)
  const open = proxied.filter(({ connection }) => landscape.proxy.open.has(connection))
  for (const own of Map.groupBy(open, ({ principal }) => principal).values()) {
    expect(new Set(own.map(({ connection }) => connection)).size).toBeLessThanOrEqual(MAX_IDLE)
  }
  const byConnection = Map.groupBy(
    landscape.emulator.requests('connectivity'),
    (each) => each.connection
  )
  for (const requests of byConnection.values()) {
    const subjects = requests.filter(({ client }) => client).map(({ subject }) => subject)
    expect(new Set(subjects).size).toBeLessThanOrEqual(1)
  }
})

describe.each(QUEUES)('the application with the %s queue', (queue) => {
  const own = () => new Map([...outcomes].filter(([{ request }]) => request.queue === queue))

  test('has told of each call, once', async () => {
    const { [RETRIED]: most = 0, ...counts } = tally(own(), entries)
    const holds = ({ told }: State) =>
      Object.keys(counts).every((name) => told[name] === counts[name])
    const { told } = await settled(queue, holds)
    expect(told).toMatchObject(counts)
    expect(told[RETRIED]).toBeGreaterThanOrEqual(most)
  })

  test('has nothing left to do, and holds no more than before', async () => {
    const idle = ({ resources }: State) => isDeepStrictEqual(resources, NOTHING_LEFT)
    const { heap, resources, outcomes: kept } = await settled(queue, idle)
    expect(kept).toBe(0)
    expect(resources).toEqual(NOTHING_LEFT)
    expect(heap - warm[queue].heap).toBeLessThan(48 * MEGABYTE)
  })

  test('has printed no token, and nothing that nobody has handled', async () => {
    const all = await landscape.apps[queue].output()
    const printed = isCap9 ? all.replaceAll(OF_CAP_9, '') : all
    expect(printed).toMatch(/ERR_REMOTE_TIMEOUT/)
    expect(printed.match(/eyJ[\w-]{10,}|PHNhbWw|csrf-[\w-]{8}|SAP_SESSIONID/g) ?? []).toEqual([])
    expect(printed.match(/unhandled.*|uncaught.*|MaxListeners.*/gi) ?? []).toEqual([])
  })
})

test('what is refused in the persistent queue stays there, with the reason', async () => {
  const reasons = [...outcomes.keys()].flatMap(({ request, call }) =>
    request.queue === 'persistent' ? (expected(request, call).later ?? []) : []
  )
  const said = ({ messages }: State) =>
    messages.map(({ lastError }) => /ERR_[A-Z_]+/.exec(lastError ?? '')?.[0])
  const state = await settled('persistent', (each) => !said(each).includes(undefined))
  expect(said(state).toSorted()).toEqual(reasons.toSorted())
  expect(reasons).toContain('ERR_USER_TOKEN_REQUIRED')
  expect(JSON.stringify(state.messages)).not.toMatch(/eyJ|authorization|Bearer ey/i)
})
