import { type Emulator, startEmulator } from '../../src/index.js'
import { CASES, GUID, V2, V4 } from './edmx-cases.js'
import { S4, S4Service } from './s4-client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    root: __dirname,
    users: { alice: {}, bob: {}, 'maximiliane.mustermann': {} },
    xsSecurity: { xsappname: 'mock' },
    onPremise: { [S4]: { edmx: CASES.map(({ root }) => `edmx/${root.split('/').at(-1)}.edmx`) } }
  })
})
afterAll(() => emulator.stop())

const service = (root: string, user = 'alice') => new S4Service(emulator, root, user)

/** Records of an answer of either version. */
const recordsOf = ({ body }: { body: any }) => body.d?.results ?? body.value
const recordOf = ({ body }: { body: any }) => body.d ?? body

describe.each(CASES)('$name', ({ root, set, count, create, predicate, key, change, changed }) => {
  const path = `${set}(${predicate})`

  test('the metadata are the file, and the generated records have keys of their own', async () => {
    const metadata = await service(root).send('GET', '$metadata')
    expect(metadata).toMatchObject({ status: 200 })
    expect(metadata.text).toContain(`<EntitySet Name="${set}"`)
    const answer = await service(root).send('GET', set)
    expect(answer.status).toBe(200)
    const keys = recordsOf(answer).map((record: any) =>
      JSON.stringify(Object.keys(key).map((name) => record[name]))
    )
    expect(new Set(keys).size).toBe(count)
  })

  test('a record is created, changed and deleted, with CSRF token, ETag and the user in the change record', async () => {
    const s4 = service(root)
    const before = (await emulator.s4.changes()).length
    expect(await s4.send('POST', set, {}, create)).toMatchObject({
      status: 403,
      headers: { 'x-csrf-token': 'Required' }
    })
    expect(await s4.change('POST', set, create)).toMatchObject({ status: 201 })
    const { headers, status } = await s4.send('GET', path)
    const etag = String(headers.etag)
    expect({ status, etag }).toEqual({
      status: 200,
      etag: expect.stringMatching(/^W\/"/) as unknown
    })

    expect(await s4.change('PATCH', path, change)).toMatchObject({ status: 428 })
    const stale = { 'if-match': 'W/"2000-01-01T00:00:00Z"' }
    expect(await s4.change('PATCH', path, change, stale)).toMatchObject({ status: 412 })
    const { status: patched } = await s4.change('PATCH', path, change, { 'if-match': etag })
    expect(patched).toBe(root.startsWith(`${V2}/`) ? 204 : 200)
    const after = await s4.send('GET', path)
    expect(recordOf(after)).toMatchObject(changed)
    expect(after.headers.etag).not.toBe(etag)

    expect(await s4.change('DELETE', path, undefined, { 'if-match': etag })).toMatchObject({
      status: 412
    })
    const current = { 'if-match': String(after.headers.etag) }
    expect(await s4.change('DELETE', path, undefined, current)).toMatchObject({ status: 204 })
    expect(await s4.send('GET', path)).toMatchObject({ status: 404 })

    const entity = `${root.split('/').at(-1)}.${set}`
    expect((await emulator.s4.changes()).slice(before)).toMatchObject(
      ['CREATE', 'UPDATE', 'DELETE'].map((event) => ({ user: 'alice', event, entity, key }))
    )
  })
})

describe('relations and operations', () => {
  test('V2: records of an association are those of the referential constraint', async () => {
    const { body } = await service(`${V2}/API_PLANT_NOTICE`).send(
      'GET',
      'PlantNotice?$expand=to_NoticeItem&$top=2'
    )
    for (const { Plant, NoticeNumber, to_NoticeItem } of body.d.results) {
      expect(to_NoticeItem.results).toHaveLength(2)
      for (const item of to_NoticeItem.results) expect(item).toMatchObject({ Plant, NoticeNumber })
    }
  })

  test('V2: function imports answer with records that match their parameters, or with generated values', async () => {
    const s4 = service(`${V2}/ZMATERIAL_STOCK_SRV`)
    const { body } = await s4.send('GET', "StockOfPlant?Plant='1020'")
    expect(body.d.results.length).toBeGreaterThan(0)
    for (const record of body.d.results) expect(record.Plant).toBe('1020')
    const transfer = await s4.change('POST', "TransferStock?Material='M'&Quantity=3.500M")
    expect(transfer).toMatchObject({
      status: 200,
      body: { d: { TransferStock: { Quantity: '3.500' } } }
    })
  })

  test('V2: a media entity has a stream', async () => {
    const s4 = service(`${V2}/ZMATERIAL_STOCK_SRV`)
    const { body } = await s4.send('GET', 'PhotoSet?$top=1')
    const media = await s4.send('GET', `PhotoSet(${body.d.results[0].PhotoId})/$value`, {
      accept: '*/*'
    })
    expect(media).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('application/octet-stream') }
    })
  })

  test('V4: contained records, an action in the namespace of the file, and a function', async () => {
    const s4 = service(`${V4}/CE_INSPECTION_0001`)
    const contained = await s4.send('GET', "InspectionLot('0000000001')/_Characteristic")
    expect(contained.body.value).toHaveLength(2)
    const lot = await s4.send('GET', "InspectionLot('0000000001')")
    const action =
      "InspectionLot('0000000001')/com.example.gateway.srvd_a2x.api_inspection.v0001.CompleteInspection"
    const done = await s4.change(
      'POST',
      action,
      { InspectionText: 'done' },
      { 'if-match': String(lot.headers.etag) }
    )
    expect(done).toMatchObject({ status: 200, body: { InspectionText: 'done' } })
    expect((await emulator.s4.changes()).at(-1)).toMatchObject({
      user: 'alice',
      event: 'UPDATE',
      entity: 'CE_INSPECTION_0001.InspectionLot',
      key: { InspectionLot: '0000000001' }
    })
    expect(await s4.send('GET', "GetUsage(Plant='1010')")).toMatchObject({
      status: 200,
      body: { Code: expect.any(String) as unknown, Score: expect.any(Number) as unknown }
    })
  })

  test('V4: a constraint at the other end serves both directions', async () => {
    const { body } = await service(`${V4}/KEYWORD_ORDER`).send('GET', 'Orders?$expand=group&$top=1')
    const [{ key, group }] = body.value
    expect(group).toHaveLength(2)
    for (const each of group) expect(each.order).toBe(key)
  })
})

test('a user whose name is longer than the field: the shortened name, and never the former user', async () => {
  const root = `${V2}/API_PLANT_NOTICE`
  const notice = { Plant: '1010', NoticeNumber: 'BY-ALICE' }
  const path = "PlantNotice(Plant='1010',NoticeNumber='BY-ALICE')"
  const any = { 'if-match': '*' }
  expect(await service(root).change('POST', 'PlantNotice', notice)).toMatchObject({ status: 201 })
  const other = service(root, 'maximiliane.mustermann')
  expect(await other.change('PATCH', path, { NoticeText: 'x' }, any)).toMatchObject({ status: 204 })
  expect(recordOf(await other.send('GET', path))).toMatchObject({
    CreatedByUser: 'alice',
    LastChangedByUser: 'maximiliane.'
  })
  await service(root).change('DELETE', path, undefined, any)
})

describe('a new record without', () => {
  test.each([
    [`${V2}/API_PLANT_NOTICE`, 'PlantNotice', { Plant: '1010' }, 'NoticeNumber'],
    [`${V2}/ZUI_PRODUCT_DRAFT`, 'C_Product', {}, 'Product'],
    [`${V4}/TRAVEL`, 'Flights', { StageId: 901, FlightCode: 'new' }, 'StartsAt']
  ])(
    '%s, %s: what it needs is refused, and the property is named',
    async (root, set, body, name) => {
      const answer = await service(root).change('POST', set, body)
      expect(answer.status).toBe(400)
      expect(answer.text).toContain(`Property '${name}' is missing`)
    }
  )
})

describe('the system', () => {
  test('a CSRF token is of one user and session', async () => {
    const root = `${V4}/KEYWORD_ORDER`
    const session = await service(root).session()
    const path = `Orders(key=${GUID},from=2024-05-05,year=2024)`
    expect(await service(root, 'bob').send('DELETE', path, session)).toMatchObject({ status: 403 })
    expect(
      await service(root).send('DELETE', path, { 'x-csrf-token': session['x-csrf-token'] })
    ).toMatchObject({ status: 403 })
  })

  test('without a user nobody is logged on, and a path without a service has none', async () => {
    const anonymous = await new S4Service(emulator, V2, '').send('GET', 'API_PLANT_NOTICE/')
    expect(anonymous).toMatchObject({ status: 401 })
    expect(await service(V2).send('GET', 'API_OTHER/')).toMatchObject({ status: 403 })
  })

  test('each request is on record with its user', async () => {
    await service(V2, 'bob').send('GET', 'API_PLANT_NOTICE/PlantNotice?$top=1')
    expect((await emulator.system(S4).audit()).at(-1)).toMatchObject({
      user: 'bob',
      subject: 'CN=bob',
      method: 'GET',
      status: 200
    })
  })
})
