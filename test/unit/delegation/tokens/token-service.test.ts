import type { XsuaaClient } from '../../../../src/destination/exchange/client.js'
import { askForToken } from '../../../../src/delegation/tokens/token-service.js'
import { Delegating } from './delegating.js'

/** Milliseconds that were waited for. The clock of these tests stands still. */
const pauses: number[] = []
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  setTimeout: (ms: number) => {
    pauses.push(ms)
    return Promise.resolve()
  }
}))

let delegating: Delegating
beforeAll(async () => {
  delegating = await Delegating.start({ tenants: { 'customer-2': { users: { tom: {} } } } })
})
afterAll(() => delegating.stop())

let now: number
beforeEach(() => {
  now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  pauses.length = 0
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Asks the emulated XSUAA. @param until - seconds from now */
function ask(tenant: string | undefined, until = 60): Promise<string> {
  const client = delegating.emulator.vcapServices().xsuaa[0]?.credentials as unknown as XsuaaClient
  const request = { client, path: '/oauth/token', tenant, until: now / 1000 + until }
  return askForToken(request, () => Promise.resolve({ grant_type: 'client_credentials' }))
}

test('requests of one tenant have a distance of 25 ms, and those of another tenant do not wait for them', async () => {
  const tokens = await Promise.all([ask('t1'), ask('t1'), ask('t1'), ask('t1'), ask('t2')])
  expect(tokens).toHaveLength(5)
  expect(pauses).toEqual([25, 50, 75])
  now += 80 // the turn of the fourth was after 75 ms
  await ask('t1')
  expect(pauses.slice(3)).toEqual([20])
  now += 1000
  await ask('t1')
  expect(pauses).toHaveLength(4)
})

test('no request waits for longer than 5 seconds, or beyond the end of the record', async () => {
  const busy = { status: 429, headers: { 'retry-after': '4' }, body: {} }
  delegating.emulator.enqueue('xsuaa/token', busy)
  await ask('t3')
  expect(pauses).toEqual([4000])
  await expect(ask('t3', 3)).rejects.toMatchObject({ status: 429 })
  now -= 2000
  await expect(ask('t3')).rejects.toMatchObject({ status: 429 })
  expect(pauses).toEqual([4000])
})
