import { RunningSample } from '../support/running-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const byId = (id: string) => `${EQUIPMENT}('${id}')`

let sample: RunningSample
const as = (user: string) => sample.as(user)

beforeAll(async () => {
  sample = await RunningSample.start()
})
afterAll(() => sample.stop())

test("alice's change is ALICE's in S/4, bob's is BOB's", async () => {
  const [alice, bob] = [await as('alice'), await as('bob')]
  const data = { id: 'E-1', name: 'Pump', plant: '1010', category: 'M' }

  const created = await alice.post(EQUIPMENT, { ...data, createdBy: 'MALLORY' })
  expect(created).toMatchObject({
    status: 201,
    body: { createdBy: 'ALICE', lastChangedBy: 'ALICE' }
  })

  expect((await alice.patch(byId('E-1'), { name: 'Pump 2' })).status).toBe(200)
  expect((await alice.get(byId('E-1'))).body).toMatchObject({
    name: 'Pump 2',
    createdBy: 'ALICE',
    lastChangedBy: 'ALICE'
  })

  expect((await bob.patch(byId('E-1'), { name: 'Pump 3' })).status).toBe(200)
  expect((await alice.get(byId('E-1'))).body).toMatchObject({
    name: 'Pump 3',
    createdBy: 'ALICE',
    lastChangedBy: 'BOB'
  })
})

test('functional locations name their users as well', async () => {
  const alice = await as('alice')
  const path = '/odata/v4/maintenance/FunctionalLocations'
  const data = { id: '1010-TST', name: 'Test field', plant: '1010', category: 'M' }
  expect(await alice.post(path, data)).toMatchObject({ status: 201, body: { createdBy: 'ALICE' } })
  const bob = await as('bob')
  await bob.patch(`${path}('1010-TST')`, { name: 'Test field 2' })
  expect((await alice.get(`${path}('1010-TST')`)).body).toMatchObject({
    createdBy: 'ALICE',
    lastChangedBy: 'BOB'
  })
})

test('install and dismantle are done by the user', async () => {
  const [alice, bob] = [await as('alice'), await as('bob')]
  await alice.post(EQUIPMENT, { id: 'E-2', name: 'Motor', plant: '1010', category: 'M' })
  const { body } = await alice.get(
    "/odata/v4/maintenance/FunctionalLocations?$filter=plant eq '1010'&$top=1".replaceAll(
      ' ',
      '%20'
    )
  )
  const functionalLocation = body.value?.[0]?.id
  const action = (name: string) => `${byId('E-2')}/MaintenanceService.${name}`
  expect(await bob.post(action('install'), { functionalLocation })).toMatchObject({
    status: 200,
    body: { installed: true, functionalLocation, lastChangedBy: 'BOB' }
  })
  expect(await alice.post(action('dismantle'))).toMatchObject({
    status: 200,
    body: { installed: false, lastChangedBy: 'ALICE' }
  })
})

test('100 interleaved changes on kept-alive connections: every record has its own user', async () => {
  const users = { alice: await as('alice'), bob: await as('bob') }
  const before = sample.emulator.requests('connectivity').length
  const records = Array.from({ length: 100 }, (_, i) => ({
    id: `R-${String(i)}`,
    creator: i % 2 ? ('alice' as const) : ('bob' as const),
    changer: i % 3 ? ('alice' as const) : ('bob' as const)
  }))
  const created = await Promise.all(
    records.map(({ id, creator }) =>
      users[creator].post(EQUIPMENT, { id, name: 'new', plant: '1010', category: 'M' })
    )
  )
  expect(created.map(({ status }) => status)).toEqual(records.map(() => 201))
  const changed = await Promise.all(
    records.map(({ id, changer }) => users[changer].patch(byId(id), { name: `by ${changer}` }))
  )
  expect(changed.map(({ status }) => status)).toEqual(records.map(() => 200))

  const { body } = await users.alice.get(`${EQUIPMENT}?$filter=startswith(id,'R-')&$top=200`)
  const recorded = body.value?.map(({ id, createdBy, lastChangedBy, name }) => ({
    ...{ id, createdBy, lastChangedBy, name }
  }))
  const expected = records.map(({ id, creator, changer }) => ({
    ...{ id, createdBy: creator.toUpperCase(), lastChangedBy: changer.toUpperCase() },
    name: `by ${changer}`
  }))
  expect(recorded).toHaveLength(100)
  expect(recorded).toEqual(expect.arrayContaining(expected))

  const calls = sample.emulator.requests('connectivity').slice(before)
  const connections = Map.groupBy(calls, ({ connection }) => connection)
  expect(calls.length).toBeGreaterThan(400) // with what is read before and after a change
  expect(connections.size).toBeLessThan(calls.length / 2)
  for (const onOne of connections.values())
    expect(new Set(onOne.map(({ subject }) => subject)).size).toBe(1)
}, 180_000)

test('the token in the request reached the proxy as it was, and no technical one stood in', async () => {
  const alice = await as('alice')
  await alice.get(`${EQUIPMENT}?$top=1`)
  const last = sample.emulator.requests('connectivity').at(-1)
  expect(last).toMatchObject({ subject: 'CN=alice', status: 200 })
  const audit = await sample.audit()
  expect(audit.at(-1)).toMatchObject({ user: 'ALICE', status: 200 })
  expect(audit.every(({ user }) => user === 'ALICE' || user === 'BOB')).toBe(true)
})
