import type { Client } from '../support/client.js'
import { RunningSample } from '../support/running-sample.js'

const SERVICE = '/odata/v4/maintenance'
const EQUIPMENT = `${SERVICE}/Equipment`
const LOCATIONS = `${SERVICE}/FunctionalLocations`
const NOTES = `${SERVICE}/WorkNotes`
const PUMP = `${EQUIPMENT}('10000000')`
const SPARE = `${EQUIPMENT}('10000003')`

let sample: RunningSample
let alice: Client, bob: Client, carol: Client

beforeAll(async () => {
  sample = await RunningSample.start()
  ;[alice, bob, carol] = (await Promise.all(
    ['alice', 'bob', 'carol'].map((user) => sample.as(user))
  )) as [Client, Client, Client]
})
afterAll(() => sample.stop())

const url = (entity: string, options: Record<string, string>) =>
  `${entity}?${new URLSearchParams(options).toString().replaceAll('+', '%20')}`

const isWrite = ({ method }: { method: string }) => !['GET', 'HEAD'].includes(method)

/** The answer to `work`, during which nothing may be changed in S/4. */
async function readOnly<T>(work: () => Promise<T>): Promise<T> {
  const { result, entries } = await sample.recorded(work)
  expect(entries.filter(isWrite)).toEqual([])
  return result
}

/** The answer to one request in a $batch. */
const one = async (method: string, path: string, body?: object) => {
  const requests = [{ id: '1', method, url: path, body }]
  const answer = await alice.post(`${SERVICE}/$batch`, { requests })
  return (answer.body['responses'] as object[])[0]
}

const refused = (status: number, code: string) => ({ status, body: { error: { code } } })

describe('text that is not well-formed', () => {
  const malformed = refused(400, 'ERR_TEXT_MALFORMED')
  const half = '\ud800'

  test.each<[string, () => Promise<object | undefined>]>([
    [
      'the location to install at',
      () => alice.post(`${SPARE}/MaintenanceService.install`, { functionalLocation: half })
    ],
    ['a name', () => alice.patch(PUMP, { name: `a${half}b` })],
    ['a note', () => alice.post(NOTES, { equipment: '10000000', plant: '1010', text: half })],
    ['a key, in $batch', () => one('GET', `/Equipment('${half}')`)],
    ['a filter, in $batch', () => one('GET', `/Equipment?$filter=name eq '${half}'`)],
    ['the key of what to change, in $batch', () => one('PATCH', `/Equipment('${half}')`, {})]
  ])('%s is refused, and the server goes on', async (_, attempt) => {
    expect(await readOnly(attempt)).toMatchObject(malformed)
    expect((await alice.get(PUMP)).status).toBe(200)
  })

  test('a whole pair is text', async () => {
    const data = { equipment: '10000000', plant: '1010', text: '\u{1f527}' }
    expect(await alice.post(NOTES, data)).toMatchObject({
      status: 201,
      body: { text: '\u{1f527}' }
    })
  })
})

describe('query options', () => {
  test.each([
    'aggregate($count as n)',
    'aggregate($count as $count)',
    'aggregate(constructionYear with max as newest)',
    'topcount(1,constructionYear)',
    'bottomcount(1,constructionYear)',
    'concat(identity,identity)',
    'concat(identity,aggregate($count as n))',
    'groupby((plant))',
    'groupby((plant),aggregate($count as n))',
    'top(2)/filter(id ne null)',
    "ancestors($root/Equipment,H,id,filter(id eq '10000000'))",
    'identity'
  ])('$apply=%s is refused, and S/4 is not asked', async ($apply) => {
    for (const entity of [EQUIPMENT, LOCATIONS]) {
      const { result, entries } = await sample.recorded(() => alice.get(url(entity, { $apply })))
      expect([400, 501]).toContain(result.status) // 400: CAP's parser knows no such alias
      expect(entries).toEqual([])
    }
  })

  test('the refusal has a code, also inside of $batch', async () => {
    const path = url('/Equipment', { $apply: 'filter(id ne null)' })
    const unsupported = refused(501, 'ERR_QUERY_UNSUPPORTED')
    expect(await alice.get(`${SERVICE}${path}`)).toMatchObject(unsupported)
    expect(await one('GET', path)).toMatchObject(unsupported)
  })

  test.each<[string, Record<string, string>]>([
    ['all', {}],
    ['filter', { $filter: "contains(name,'pump') or category eq 'Q'" }],
    ['search', { $search: 'pump' }],
    ['order', { $orderby: 'length(name) desc,id', $top: '3', $skip: '1' }],
    ['select', { $select: '*' }]
  ])('%s gets elements of the service only', async (_, options) => {
    const { status, body } = await alice.get(url(EQUIPMENT, options))
    expect(status).toBe(200)
    const elements = Object.keys((await alice.get(PUMP)).body).filter(
      (name) => !name.startsWith('@')
    )
    const names = new Set(body.value?.flatMap((record) => Object.keys(record)))
    expect([...names].sort()).toEqual(elements.sort())
    expect(elements).not.toContain('validTo')
  })

  test('$count, alone and with the records', async () => {
    const { body } = await alice.get(`${EQUIPMENT}/$count`)
    const { body: some } = await alice.get(url(EQUIPMENT, { $count: 'true', $top: '1' }))
    expect(Number(body)).toBeGreaterThan(1)
    expect(some).toMatchObject({ '@odata.count': JSON.stringify(body), value: [{}] })
  })

  const long = Array.from({ length: 200 }, (_, i) => `id eq '${10000000 + i}'`).join(' or ')
  test.each(["year('abc') eq 1", 'totaloffsetminutes(lastChangedAt) eq 0'])(
    'what S/4 refuses as an expression is the client’s mistake: %s',
    async (condition) => {
      const code = '/IWCOR/CX_DS_EXPR_SYNTAX_ERROR'
      for (const $filter of [condition, `${condition} or ${long}`])
        expect(await alice.get(url(EQUIPMENT, { $filter }))).toMatchObject(refused(400, code))
    }
  )

  test('a filter that is too long for a URL', async () => {
    const { status, body } = await alice.get(url(EQUIPMENT, { $filter: long, $select: 'id' }))
    expect({ status, first: body.value?.[0] }).toEqual({ status: 200, first: { id: '10000000' } })
  })
})

describe('ids', () => {
  const data = { name: 'x', plant: '1010', category: 'M' }

  test.each([
    [LOCATIONS, '1010/../X'],
    [LOCATIONS, '1010-A/B'],
    [LOCATIONS, '1010.A'],
    [LOCATIONS, '..'],
    [LOCATIONS, '1010-'],
    [LOCATIONS, '1010--A'],
    [LOCATIONS, `1010-${'A'.repeat(26)}`],
    [EQUIPMENT, 'A/B'],
    [EQUIPMENT, 'A.B'],
    [EQUIPMENT, '..'],
    [EQUIPMENT, 'A'.repeat(19)]
  ])('%s %s is refused', async (entity, id) => {
    expect(await readOnly(() => carol.post(entity, { id, ...data }))).toMatchObject({ status: 400 })
  })

  test.each(['1710-CMP-X', '1710-X', '1010-NEW-01'])(
    'alice puts no location below one that she does not see: %s',
    async (id) => {
      const answer = await readOnly(() => alice.post(LOCATIONS, { id, ...data }))
      expect(answer).toMatchObject(refused(400, 'ERR_LOCATION_UNKNOWN'))
      expect((await carol.get(`${LOCATIONS}('${id}')`)).status).toBe(404)
    }
  )

  test('below what she sees, and at the root, she does', async () => {
    for (const [id, superior] of [
      ['1010-CWS-77', '1010-CWS'],
      ['1077', '']
    ])
      expect(await alice.post(LOCATIONS, { id, ...data })).toMatchObject({
        status: 201,
        body: { id, superior }
      })
  })
})

describe('work notes', () => {
  const seeded = '5f0c7b0e-0b1e-4c51-9d2e-1b6f3c1f0a01'
  const note = { equipment: '10000000', plant: '1010', text: 'x' }

  test.each<[string, object]>([
    ['that does not exist', { ...note, equipment: 'NIX' }],
    ['of a foreign plant', { ...note, equipment: '217100001' }]
  ])('none for equipment %s', async (_, data) => {
    const answer = await alice.post(NOTES, data)
    expect(answer).toMatchObject(refused(400, 'ERR_EQUIPMENT_UNKNOWN'))
  })

  test('none in another plant than its equipment', async () => {
    const answer = await bob.post(NOTES, { ...note, plant: '1710' })
    expect(answer).toMatchObject(refused(400, 'ERR_EQUIPMENT_UNKNOWN'))
  })

  test('they stay with their equipment', async () => {
    const { body } = await bob.post(NOTES, note)
    const change = { equipment: '217100001', plant: '1710', text: 'y' }
    const path = `${NOTES}(${String(body['ID'])})`
    expect((await bob.patch(path, change)).status).toBe(200)
    expect((await bob.get(path)).body).toMatchObject({ ...note, text: 'y' })
  })

  test('an ID that exists is 409, also when the note is in a foreign plant', async () => {
    for (const ID of [seeded, seeded.replace(/1$/, '3')])
      expect(await alice.post(NOTES, { ID, ...note })).toMatchObject(
        refused(409, 'ERR_NOTE_EXISTS')
      )
    const { body } = await alice.get(`${NOTES}(${seeded})`)
    expect(body['text']).toContain('Mechanical seal')
  })
})

describe('a change of nothing', () => {
  test.each<[string, string, object]>([
    ['{}', PUMP, {}],
    ['read-only elements', PUMP, { installed: false, createdBy: 'X', lastChangedBy: 'X' }],
    ['its own id', PUMP, { id: '10000000' }],
    ['{}', `${LOCATIONS}('1010-CWS')`, {}],
    ['read-only elements', `${LOCATIONS}('1010-CWS')`, { superior: '1710' }]
  ])('%s in %s answers with the record, and leaves no trace', async (_, path, change) => {
    const { body } = await alice.get(path)
    const answer = await readOnly(() => alice.patch(path, change))
    expect(answer).toMatchObject({ status: 200, body })
    expect((await alice.get(path)).body).toEqual(body)
  })
})
