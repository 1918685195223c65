import { isCap9 } from '../../support/cap-version.js'
import { equipmentPath, S4System } from './s4-system.js'

const pump = equipmentPath('10000000')
const change = { EquipmentName: 'Cooling water pump 1' }

describe('the S/4 mock as a Gateway', () => {
  let s4: S4System
  beforeAll(async () => {
    s4 = await S4System.start()
  })
  afterAll(() => s4.stop())

  describe('CSRF protection', () => {
    const refused = {
      status: 403,
      headers: { 'x-csrf-token': 'Required' },
      text: 'CSRF token validation failed'
    }

    test('a change without token, or with a token without its cookie, is refused', async () => {
      const { 'x-csrf-token': token } = await s4.csrf('alice')
      for (const headers of [{}, { 'x-csrf-token': token ?? '' }])
        expect(await s4.as('alice', 'PATCH', pump, { headers, body: change })).toMatchObject(
          refused
        )
    })

    test("another user's session is refused", async () => {
      const headers = await s4.csrf('alice')
      expect(await s4.as('bob', 'PATCH', pump, { headers, body: change })).toMatchObject(refused)
    })

    test('the token is valid for the whole session', async () => {
      const headers = await s4.csrf('alice')
      for (const body of [change, change])
        expect(await s4.as('alice', 'PATCH', pump, { headers, body })).toMatchObject({
          status: 204
        })
      const again = await s4.as('alice', 'GET', pump, {
        headers: { ...headers, 'x-csrf-token': 'Fetch' }
      })
      expect(again.headers['x-csrf-token']).toBe(headers['x-csrf-token'])
    })

    test('GET and HEAD fetch a token; the variant with a slash does it with a 400', async () => {
      const headers = { 'x-csrf-token': 'fetch' }
      for (const [method, path, status] of [
        ['GET', 'API_EQUIPMENT/', 200],
        ['HEAD', 'API_EQUIPMENT/', 200],
        ['HEAD', pump, 200],
        ['HEAD', `${pump}/`, 400]
      ] as const) {
        const answer = await s4.as('alice', method, path, { headers })
        expect(answer).toMatchObject({ status, headers: { 'x-csrf-token': expect.any(String) } })
        expect(answer.headers['set-cookie']?.join()).toContain('SAP_SESSIONID_S4H_100=')
      }
    })
  })

  describe('OData V2', () => {
    test('an entity has __metadata, /Date()/ and deferred links', async () => {
      const { json, headers } = await s4.as('alice', 'GET', pump)
      expect(headers['dataserviceversion']).toBe('2.0')
      expect(json.d).toMatchObject({
        __metadata: { uri: expect.stringContaining("Equipment(Equipment='10000000'") },
        Equipment: '10000000',
        ValidityEndDate: '/Date(253402214400000)/',
        LastChangeDateTime: expect.stringMatching(/^\/Date\(\d+\+0000\)\/$/),
        AcquisitionDate: null,
        GrossWeight: isCap9 ? '0' : '0.000',
        AssetRoom: '',
        to_Partner: { __deferred: { uri: expect.stringContaining('/to_Partner') } }
      })
    })

    test('$inlinecount, $filter, $select', async () => {
      const query =
        "$filter=MaintenancePlant eq '1710'&$inlinecount=allpages&$top=2&$select=Equipment"
      const { json } = await s4.as('alice', 'GET', `API_EQUIPMENT/Equipment?${encodeURI(query)}`)
      expect(json.d['__count']).toBe('15')
      expect(json.d['results']).toHaveLength(2)
      expect(Object.keys(json.d['results'][0])).toEqual(['Equipment', '__metadata'])
    })

    test('partners and long text', async () => {
      const { json } = await s4.as('alice', 'GET', `${pump}?$expand=to_Partner,to_LongText`)
      expect(json.d['to_Partner'].results).toMatchObject([{ Partner: 'JMEIER' }])
      expect(json.d['to_LongText'].EquipmentLongText).toContain('mechanical seal')
    })

    test('the batch that CAP makes of a long GET', async () => {
      const headers = {
        ...(await s4.csrf('alice')),
        accept: 'multipart/mixed',
        'content-type': 'multipart/mixed; boundary=batch1'
      }
      const body = [
        '--batch1',
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        'GET Equipment?$top=1&$select=Equipment HTTP/1.1',
        'accept: application/json,text/plain',
        '',
        '',
        '--batch1--',
        ''
      ].join('\r\n')
      const { status, text } = await s4.as('alice', 'POST', 'API_EQUIPMENT/$batch', {
        headers,
        body
      })
      expect(status).toBe(202)
      // exactly as CAP takes it apart
      const [, head = '', content = ''] = text.split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1.1 200 /)
      const json = JSON.parse(content.split('\r\n')[0] ?? '')
      expect(json.d.results).toMatchObject([{ Equipment: '10000000' }])
    })

    test('metadata', async () => {
      const { text } = await s4.as('alice', 'GET', 'API_FUNCTIONALLOCATION/$metadata')
      expect(text).toContain('<EntitySet Name="FunctionalLocation"')
    })
  })

  describe('errors', () => {
    test('have the body of the Gateway', async () => {
      const { status, json } = await s4.as('alice', 'GET', equipmentPath('nothing'))
      expect(status).toBe(404)
      expect(json.error).toMatchObject({
        code: '/IWBEP/CM_MGW_RT/020',
        message: { lang: 'en', value: expect.any(String) },
        innererror: {
          application: { service_id: 'API_EQUIPMENT', service_namespace: '/SAP/' },
          transactionid: expect.stringMatching(/^[0-9A-F]{32}$/),
          timestamp: expect.stringMatching(/^\d{14}\.\d{7}$/),
          Error_Resolution: { SAP_Transaction: expect.any(String) },
          errordetails: [{ code: '/IWBEP/CM_MGW_RT/020', severity: 'error' }]
        }
      })
    })

    test('unknown service', async () => {
      const answer = await s4.as('alice', 'GET', 'API_BUSINESS_PARTNER/A_BusinessPartner')
      expect(answer).toMatchObject({ status: 403, json: { error: { code: '/IWFND/MED/170' } } })
    })

    test('a body that is no JSON', async () => {
      const headers = { ...(await s4.csrf('alice')), 'content-type': 'application/json' }
      const answer = await s4.as('alice', 'PATCH', pump, { headers, body: '{' })
      expect(answer).toMatchObject({ status: 400, json: { error: { code: '/IWFND/CM_BEC/008' } } })
    })
  })
})
