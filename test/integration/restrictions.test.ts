import type { Client } from '../support/client.js'
import { RunningSample } from '../support/running-sample.js'

const SERVICE = '/odata/v4/maintenance'
const EQUIPMENT = `${SERVICE}/Equipment`
/** Equipment and functional locations of both plants, from the sample's data. */
const FOREIGN = { equipment: '217100001', plant: '1710' }
const OWN = { equipment: '10000000', plant: '1010' }

let sample: RunningSample
let alice: Client, bob: Client, carol: Client, dave: Client, eve: Client

beforeAll(async () => {
  sample = await RunningSample.start()
  ;[alice, bob, carol, dave, eve] = (await Promise.all(
    ['alice', 'bob', 'carol', 'dave', 'eve'].map((user) => sample.as(user))
  )) as [Client, Client, Client, Client, Client]
})
afterAll(() => sample.stop())

const all = '?$top=500'
async function plantsOf(client: Client, entity: string): Promise<unknown[]> {
  const { status, body } = await client.get(`${SERVICE}/${entity}${all}&$select=plant`)
  expect(status).toBe(200)
  return [...new Set(body.value?.map(({ plant }) => plant))].sort()
}

/** Only reads may have reached S/4. */
async function withoutTrace(work: () => Promise<{ status: number }>, ...statuses: number[]) {
  const { result, entries } = await sample.recorded(work)
  expect(statuses).toContain(result.status)
  expect(entries.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
}

describe.each(['Equipment', 'FunctionalLocations', 'WorkNotes'])('reading %s', (entity) => {
  test('everybody sees the plants of the own token', async () => {
    expect(await plantsOf(alice, entity)).toEqual(['1010'])
    expect(await plantsOf(dave, entity)).toEqual(['1710'])
    expect(await plantsOf(bob, entity)).toEqual(['1010', '1710'])
    expect(await plantsOf(carol, entity)).toEqual(expect.arrayContaining(['1010', '1710']))
  })

  test('eve gets nothing, and no token is 401', async () => {
    expect((await eve.get(`${SERVICE}/${entity}`)).status).toBe(403)
    const answer = await sample.with().get(`${SERVICE}/${entity}`)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })
})

describe('alice and plant 1710', () => {
  const foreign = `${EQUIPMENT}('${FOREIGN.equipment}')`

  test('she cannot read it, also not by asking for it', async () => {
    expect((await alice.get(foreign)).status).toBe(404)
    const filtered = await alice.get(`${EQUIPMENT}?$filter=plant%20eq%20'1710'`)
    expect(filtered.body.value).toEqual([])
    const either = `$filter=${encodeURIComponent("plant eq '1710' or plant eq '1010'")}`
    const { body } = await alice.get(`${EQUIPMENT}?${either}&$top=500`)
    expect(new Set(body.value?.map(({ plant }) => plant))).toEqual(new Set(['1010']))
  })

  test.each<[string, () => Promise<{ status: number }>]>([
    ['change', () => alice.patch(foreign, { name: 'x' })],
    [
      'install',
      () => alice.post(`${foreign}/MaintenanceService.install`, { functionalLocation: '1010-CWS' })
    ],
    ['dismantle', () => alice.post(`${foreign}/MaintenanceService.dismantle`)],
    [
      'create there',
      () => alice.post(EQUIPMENT, { id: 'X-1', name: 'x', plant: FOREIGN.plant, category: 'M' })
    ],
    [
      'move hers there',
      () => alice.patch(`${EQUIPMENT}('${OWN.equipment}')`, { plant: FOREIGN.plant })
    ],
    ['delete', () => alice.delete(`${EQUIPMENT}('${OWN.equipment}')`)],
    [
      'write a note there',
      () => alice.post(`${SERVICE}/WorkNotes`, { equipment: 'x', plant: '1710', text: 'x' })
    ]
  ])('she cannot %s, and S/4 holds no trace', async (_, attempt) => {
    await withoutTrace(attempt, 403, 404, 405)
  })

  test('nothing of it was written', async () => {
    expect((await carol.get(`${EQUIPMENT}('X-1')`)).status).toBe(404)
    const { body } = await carol.get(`${EQUIPMENT}('${OWN.equipment}')`)
    expect(body.plant).toBe(OWN.plant)
  })
})

describe('dave may look, and change nothing', () => {
  const own = `${EQUIPMENT}('${FOREIGN.equipment}')`

  test.each<[string, () => Promise<{ status: number }>]>([
    ['create', () => dave.post(EQUIPMENT, { id: 'X-2', name: 'x', plant: '1710', category: 'M' })],
    ['change', () => dave.patch(own, { name: 'x' })],
    [
      'install',
      () => dave.post(`${own}/MaintenanceService.install`, { functionalLocation: '1710' })
    ],
    ['dismantle', () => dave.post(`${own}/MaintenanceService.dismantle`)],
    ['note', () => dave.post(`${SERVICE}/WorkNotes`, { equipment: 'x', plant: '1710', text: 'x' })]
  ])('%s is 403', async (_, attempt) => {
    await withoutTrace(attempt, 403)
  })
})

test('carol, who has no limit, changes equipment of both plants', async () => {
  for (const { equipment } of [OWN, FOREIGN]) {
    const { status, body } = await carol.patch(`${EQUIPMENT}('${equipment}')`, { name: 'by carol' })
    expect({ status, by: body.lastChangedBy }).toEqual({ status: 200, by: 'CAROL' })
  }
})

describe('bad input is told, and nothing is half-written', () => {
  test.each<[string, object]>([
    ['no id', { name: 'x', plant: '1010', category: 'M' }],
    ['no plant', { id: 'X-3', name: 'x', category: 'M' }],
    ['an unknown category', { id: 'X-3', name: 'x', plant: '1010', category: '?' }],
    ['an unknown property', { id: 'X-3', name: 'x', plant: '1010', category: 'M', odd: 1 }],
    ['a number for a name', { id: 'X-3', name: 1, plant: '1010', category: 'M' }]
  ])('%s', async (_, data) => {
    await withoutTrace(() => alice.post(EQUIPMENT, data), 400)
  })

  test('an id that exists', async () => {
    const data = { id: OWN.equipment, name: 'x', plant: '1010', category: 'M' }
    const { status, body } = await alice.post(EQUIPMENT, data)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(body)).toContain('message')
  })
})
