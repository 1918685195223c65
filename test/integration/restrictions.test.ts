import type { Client } from '../support/client.js'
import { RunningSample } from '../support/running-sample.js'
import { withoutMetadata } from '../support/challenge.js'

const SERVICE = '/odata/v4/maintenance'
const EQUIPMENT = `${SERVICE}/Equipment`
/** Equipment and functional locations of both plants, from the sample's data. */
const FOREIGN = { equipment: '217100001', plant: '1710' }
const NOTE = { '1710': '5f0c7b0e-0b1e-4c51-9d2e-1b6f3c1f0a03' }
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
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer')
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
    [
      'write a note there',
      () => alice.post(`${SERVICE}/WorkNotes`, { equipment: 'x', plant: '1710', text: 'x' })
    ]
  ])('she cannot %s, and S/4 holds no trace', async (_, attempt) => {
    const { body } = await carol.get(foreign)
    await withoutTrace(attempt, 403, 404)
    expect((await carol.get(foreign)).body).toEqual(body)
  })

  test.each([
    ['PATCH', () => alice.patch(foreign, { name: 'x' })],
    ['"dismantle"', () => alice.post(`${foreign}/MaintenanceService.dismantle`)]
  ])('the log explains the 404 of %s in one line', async (what, attempt) => {
    const before = (await sample.sample.output()).length
    expect((await attempt()).status).toBe(404)
    const printed = (await sample.sample.output()).slice(before)
    expect(printed).toContain(
      `ERR_WRITE_RESTRICTED · authorization · ${what} of Equipment: there is no such record, or the user may not read it: ` +
        'the client gets 404: "plant = $user.plant"'
    )
    expect(printed).not.toContain('[odata] - 404')
    expect(printed).not.toMatch(/^\s+at /m)
  })

  test('nobody deletes equipment, not even the own', async () => {
    await withoutTrace(() => alice.delete(`${EQUIPMENT}('${OWN.equipment}')`), 403, 405)
  })

  test('she cannot put it in her plant with PUT, which creates what is not there', async () => {
    for (const plant of ['1010', '1710']) {
      const requests = [
        {
          id: '1',
          method: 'PUT',
          url: `/Equipment('${FOREIGN.equipment}')`,
          body: { name: 'x', plant, category: 'M' }
        }
      ]
      const { body } = await alice.post(`${SERVICE}/$batch`, { requests })
      expect([400, 403]).toContain((body['responses'] as { status: number }[])[0]?.status)
    }
    const { body } = await carol.get(foreign)
    expect(body).toMatchObject({ plant: '1710', lastChangedBy: expect.not.stringMatching('ALICE') })
  })

  test('nothing of it was written', async () => {
    expect((await carol.get(`${EQUIPMENT}('X-1')`)).status).toBe(404)
    const { body } = await carol.get(`${EQUIPMENT}('${OWN.equipment}')`)
    expect(body.plant).toBe(OWN.plant)
  })
})

describe("alice's other ways to plant 1710", () => {
  const entities = ['Equipment', 'FunctionalLocations', 'WorkNotes']
  const option = (name: string, value: string) => `?${name}=${encodeURIComponent(value)}&$top=500`
  const foreignPlant = option('$filter', "plant eq '1710'")

  test.each(entities)('$count of %s counts her own', async (entity) => {
    const numberOf = async (client: Client, path: string) =>
      Number((await client.get(`${SERVICE}/${entity}${path}`)).body)
    const own = await numberOf(carol, `/$count${option('$filter', "plant eq '1010'")}`)
    expect(own).toBeGreaterThan(0)
    expect(await numberOf(alice, '/$count')).toBe(own)
    expect(await numberOf(carol, `/$count${foreignPlant}`)).toBeGreaterThan(0)
    expect(await numberOf(alice, `/$count${foreignPlant}`)).toBe(0)
    const { body } = await alice.get(`${SERVICE}/${entity}?$count=true&$top=1`)
    expect(Number(body['@odata.count'])).toBe(own)
  })

  test.each([
    ['Equipment', 'pump'],
    ['FunctionalLocations', 'Station'],
    ['WorkNotes', 'o']
  ])('$search in %s finds her own', async (entity, word) => {
    const found = async (client: Client) => {
      const { body } = await client.get(`${SERVICE}/${entity}${option('$search', word)}`)
      return new Set(body.value?.map(({ plant }) => plant))
    }
    expect(await found(carol)).toContain('1710')
    expect(await found(alice)).toEqual(new Set(['1010']))
  })

  test.each(['groupby((plant))', 'concat(identity,groupby((plant)))', 'topcount(9,plant)'])(
    '$apply=%s is about her own notes, and for S/4 it is refused',
    async (apply) => {
      const { body } = await alice.get(`${SERVICE}/WorkNotes${option('$apply', apply)}`)
      expect(JSON.stringify(body)).not.toContain('1710')
      for (const entity of ['Equipment', 'FunctionalLocations'])
        await withoutTrace(() => alice.get(`${SERVICE}/${entity}${option('$apply', apply)}`), 501)
    }
  )

  test.each(entities)('$batch does not show it in %s', async (entity) => {
    const requests = [`/${entity}${foreignPlant}`, `/${entity}?$top=500`].map((url, i) => ({
      id: String(i),
      method: 'GET',
      url
    }))
    const { status, body } = await alice.post(`${SERVICE}/$batch`, { requests })
    expect(status).toBe(200)
    const [foreign, all] = body['responses'] as { body: { value: { plant: string }[] } }[]
    expect(foreign?.body.value).toEqual([])
    expect(new Set(all?.body.value.map(({ plant }) => plant))).toEqual(new Set(['1010']))
  })

  test('$batch changes nothing there', async () => {
    const key = `/Equipment('${FOREIGN.equipment}')`
    const requests = [
      { method: 'GET', url: key },
      { method: 'PATCH', url: key, body: { name: 'x' } },
      { method: 'POST', url: `${key}/MaintenanceService.dismantle`, body: {} },
      { method: 'PATCH', url: `/WorkNotes(${NOTE['1710']})`, body: { text: 'x' } },
      { method: 'DELETE', url: `/WorkNotes(${NOTE['1710']})` }
    ].map((request, i) => ({ id: String(i), ...request }))
    const { result, entries } = await sample.recorded(() =>
      alice.post(`${SERVICE}/$batch`, { requests })
    )
    const responses = result.body['responses'] as { status: number }[]
    expect(responses.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
    expect(entries.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
    const { body } = await carol.get(`${SERVICE}/WorkNotes(${NOTE['1710']})`)
    expect(body.text).toMatch(/^Hose replaced/)
  })
})

describe('dave may look, and change nothing', () => {
  const own = `${EQUIPMENT}('${FOREIGN.equipment}')`
  const note = `${SERVICE}/WorkNotes(${NOTE['1710']})`

  test.each<[string, () => Promise<{ status: number }>]>([
    ['create', () => dave.post(EQUIPMENT, { id: 'X-2', name: 'x', plant: '1710', category: 'M' })],
    ['change', () => dave.patch(own, { name: 'x' })],
    [
      'install',
      () => dave.post(`${own}/MaintenanceService.install`, { functionalLocation: '1710' })
    ],
    ['dismantle', () => dave.post(`${own}/MaintenanceService.dismantle`)],
    ['note', () => dave.post(`${SERVICE}/WorkNotes`, { equipment: 'x', plant: '1710', text: 'x' })],
    ['change of a note', () => dave.patch(note, { text: 'x' })],
    ['deletion of a note', () => dave.delete(note)]
  ])('%s is 403', async (_, attempt) => {
    await withoutTrace(attempt, 403)
  })

  test('the note is as it was', async () => {
    const { status, body } = await dave.get(note)
    expect({ status, by: body.createdBy }).toEqual({ status: 200, by: 'bob' })
    expect(body.text).toMatch(/^Hose replaced/)
  })
})

describe('eve, who has no role, changes nothing', () => {
  test.each<[string, () => Promise<{ status: number }>]>([
    ['create', () => eve.post(EQUIPMENT, { id: 'X-4', name: 'x', plant: '1010', category: 'M' })],
    ['change', () => eve.patch(`${EQUIPMENT}('${OWN.equipment}')`, { name: 'x' })],
    ['dismantle', () => eve.post(`${EQUIPMENT}('${OWN.equipment}')/MaintenanceService.dismantle`)],
    [
      'note',
      () => eve.post(`${SERVICE}/WorkNotes`, { equipment: OWN.equipment, plant: '1010', text: 'x' })
    ]
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
  /** Everything in both places, without the order. */
  const everything = async () => {
    const answers = ['Equipment', 'WorkNotes'].map((name) => carol.get(`${SERVICE}/${name}${all}`))
    const records = (await Promise.all(answers)).flatMap(({ body }) => body.value ?? [])
    expect(records.length).toBeGreaterThan(30)
    return records
  }
  const X3 = { id: 'X-3', name: 'x', plant: '1010', category: 'M' }
  const { id: _id, ...withoutId } = X3
  const { plant: _plant, ...withoutPlant } = X3
  const note = { equipment: OWN.equipment, plant: '1010', text: 'x' }

  test.each<[string, string, object, string]>([
    ['no id', 'Equipment', withoutId, 'ASSERT_MANDATORY'],
    ['no plant', 'Equipment', withoutPlant, 'ASSERT_MANDATORY'],
    ['an unknown category', 'Equipment', { ...X3, category: '?' }, 'ASSERT_ENUM'],
    ['an unknown property', 'Equipment', { ...X3, odd: 1 }, '400'],
    ['a number for a name', 'Equipment', { ...X3, name: 1 }, 'ASSERT_DATA_TYPE'],
    ['a name that is too long', 'Equipment', { ...X3, name: 'x'.repeat(41) }, 'ASSERT_DATA_TYPE'],
    ['an id that exists', 'Equipment', { ...X3, id: OWN.equipment }, 'IE/027'],
    ['a list', 'Equipment', [X3, X3], '400'],
    ['no equipment', 'WorkNotes', { ...note, equipment: null }, 'ASSERT_MANDATORY'],
    ['no text', 'WorkNotes', { ...note, text: '' }, 'ASSERT_MANDATORY'],
    ['a text too long', 'WorkNotes', { ...note, text: 'x'.repeat(1001) }, 'ASSERT_DATA_TYPE'],
    ['a number for a text', 'WorkNotes', { ...note, text: 5 }, 'ASSERT_DATA_TYPE']
  ])('%s in %s', async (_, entity, data, code) => {
    const before = await everything()
    const answer = await alice.post(`${SERVICE}/${entity}`, data)
    expect(answer).toMatchObject({ status: 400, body: { error: { code } } })
    expect(await everything()).toEqual(before)
  })
})
