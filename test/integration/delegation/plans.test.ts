import type { Client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { DelegationSample, LANDSCAPE } from './delegation-sample.js'

let sample: DelegationSample
let carol: Client
let sue: Client

beforeAll(async () => {
  const supervisor = { roles: ['Supervisor'] }
  const users = { alice: {}, carol: supervisor, sue: supervisor }
  sample = await DelegationSample.startWith(await startLandscape({ ...LANDSCAPE, users }))
  carol = await sample.running.as('carol')
  sue = await sample.running.as('sue')
})
afterAll(() => sample.stop())

/** Plans a change, long enough before it is made for another one. @param key - as in a URL */
function plan(client: Client, key: string) {
  const path = `/odata/v4/maintenance/Equipment('${key}')/MaintenanceService.planForTonight`
  return client.post(path, { name: 'As planned', after: '2s' })
}

test('two users plan a change of the same equipment: both are made, each as its author', async () => {
  for (const client of [carol, sue]) expect((await plan(client, 'P-1')).status).toBe(204)
  const arrivals = await sample.arrived("'P-1'", 2)
  const subjects = arrivals.map(({ subject }) => subject)
  expect(subjects.toSorted()).toEqual(['CN=carol', 'CN=sue'])
})

test('a key with quotes and slashes stays a key in the path of the system', async () => {
  expect((await plan(carol, "P''2%2F%3F")).status).toBe(204)
  const [arrival] = await sample.arrived("P''2")
  expect(arrival?.path).toMatch(/\/Equipment\(Equipment='P''2%2F%3F',ValidityEndDate=/)
})
