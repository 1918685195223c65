import { DelegationSample } from './delegation-sample.js'

let sample: DelegationSample

beforeAll(async () => {
  sample = await DelegationSample.start()
})
afterAll(() => sample.stop())

test.each([
  ['queued', 'API_EQUIPMENT'],
  ['task', 'API_EQUIPMENT'],
  ['direct', 'QUEUED'],
  ['nightly', 'API_EQUIPMENT']
])('%s, %s: the change in S/4 is of the user who has asked for it', async (kind, remote) => {
  const { marker, status } = await sample.plan({ kind, remote })
  expect(status).toBe(204)
  const arrivals = await sample.arrived(marker)
  expect(arrivals).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
  await sample.gone(marker)
})
