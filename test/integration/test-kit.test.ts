import { RunningSample } from '../support/running-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'

let running: RunningSample
beforeAll(async () => {
  running = await RunningSample.start()
}, 120_000)
afterAll(() => running.stop())

const equipment = (id: string) => ({ id, name: 'Pump', plant: '1010', category: 'M' })

test('s4 says who has changed what, also in a batch, and nothing that was rolled back', async () => {
  const { s4 } = running.emulator
  const [alice, bob] = [await running.as('alice'), await running.as('bob')]
  const before = (await s4.changes()).length
  expect((await alice.post(EQUIPMENT, equipment('KIT-1'))).status).toBe(201)
  const rename = { method: 'PATCH', url: `Equipment('KIT-1')`, body: { name: 'Pump 2' } }
  const headers = { 'content-type': 'application/json' }
  const requests = [{ id: '1', ...rename, headers }]
  expect((await bob.post('/odata/v4/maintenance/$batch', { requests })).status).toBe(200)
  expect((await bob.post(EQUIPMENT, equipment('KIT-1'))).status).toBe(400)
  const changes = (await s4.changes()).slice(before)
  expect(changes).toMatchObject([
    { user: 'ALICE', event: 'CREATE', entity: 'API_EQUIPMENT.Equipment' },
    { user: 'BOB', event: 'UPDATE', entity: 'API_EQUIPMENT.Equipment' }
  ])
  expect(changes.map(({ key }) => key['Equipment'])).toEqual(['KIT-1', 'KIT-1'])
  expect(await s4.seenUsers()).toEqual(expect.arrayContaining(['ALICE', 'BOB']))
})

test("a failure of S/4's is one line", async () => {
  const alice = await running.as('alice')
  running.emulator.enqueue('s4', { status: 503, body: 'maintenance' })
  expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(503)
  expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(200)
})

test('the request that S/4 gets is on record, with the user and without the token', async () => {
  const { emulator } = running
  const dave = await running.as('dave')
  const top = `${EQUIPMENT}?$top=1&$filter=name eq 'kit'`.replaceAll(' ', '%20')
  await dave.get(top)
  for (;;) {
    const { query, subject, claims, headers } = await emulator.takeRequest('s4')
    if (!query['$filter']?.includes('kit')) continue
    expect(subject).toBe('CN=dave')
    expect(claims['sap-connectivity-authentication']).toMatchObject({ user_name: 'dave' })
    expect(headers).toMatchObject({ 'sap-connectivity-authentication': 'Bearer …' })
    return
  }
})

test('two hours later the user certificates are new, and S/4 takes them', async () => {
  const { emulator } = running
  emulator.advanceTime(2 * 3600)
  const alice = running.with(`Bearer ${await emulator.issueToken({ user: 'alice' })}`)
  expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(200)
  emulator.advanceTime(-2 * 3600)
})
