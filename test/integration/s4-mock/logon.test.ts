import { Agent } from 'node:https'
import { Authority } from './authority.js'
import { equipmentPath, S4System } from './s4-system.js'

const list = 'API_EQUIPMENT/Equipment?$top=1'
const hour = 60 * 60 * 1000

describe('logon of the S/4 mock', () => {
  let s4: S4System
  beforeAll(async () => {
    s4 = await S4System.start()
  })
  afterAll(() => s4.stop())

  test.each(['alice', 'ALICE', 'bob', 'carol', 'dave', 'sb-maintenance!t1'])(
    'the certificate of %s is logged on',
    async (user) => {
      expect(await s4.as(user, 'GET', list)).toMatchObject({ status: 200 })
    }
  )

  test.each(['eve', 'sb-maintenance!t2', 'alice.of.the.maintenance'])(
    'the certificate of %s belongs to no ABAP user: 401 with the logon page',
    async (user) => {
      const answer = await s4.as(user, 'GET', list)
      expect(answer).toMatchObject({
        status: 401,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'www-authenticate': 'Basic realm="SAP NetWeaver Application Server [S4H/100]"',
          'set-cookie': ['sap-usercontext=sap-client=100; path=/']
        }
      })
      expect(answer.text).toContain('Logon failed')
    }
  )

  test('no certificate, or none of the trusted authority: 401', async () => {
    const stranger = await Authority.create()
    const { header } = await stranger.issue('CN=alice')
    const path = `/sap/opu/odata/sap/${list}`
    for (const headers of [{}, { ssl_client_cert: header }, { ssl_client_cert: 'bm9uZQ==' }])
      expect(await s4.call('GET', path, { headers })).toMatchObject({ status: 401 })
  })

  test('a certificate that is expired, or not yet valid: 401', async () => {
    const now = Date.now()
    const expired = { notBefore: new Date(now - 2 * hour), notAfter: new Date(now - hour) }
    const early = { notBefore: new Date(now + hour), notAfter: new Date(now + 2 * hour) }
    for (const validity of [expired, early]) {
      const { header } = await s4.authority.issue('CN=alice', validity)
      const call = { headers: { ssl_client_cert: header } }
      expect(await s4.call('GET', `/sap/opu/odata/sap/${list}`, call)).toMatchObject({
        status: 401
      })
    }
  })

  test('two common names are nobody', async () => {
    const { header } = await s4.authority.issue('CN=eve, CN=alice')
    const call = { headers: { ssl_client_cert: header } }
    expect(await s4.call('GET', `/sap/opu/odata/sap/${list}`, call)).toMatchObject({ status: 401 })
  })

  test('no TLS connection without a system certificate of the trusted authority', async () => {
    const stranger = await (await Authority.create()).issue('CN=Cloud Connector')
    const ca = s4.authority.cert
    for (const agent of [new Agent({ ca }), new Agent({ ca, ...stranger })]) {
      const path = `/sap/opu/odata/sap/${list}`
      const { header } = await s4.authority.issue('CN=alice')
      const call = s4.call('GET', path, { headers: { ssl_client_cert: header } }, agent)
      await expect(call).rejects.toThrow()
    }
  })

  test('a user header from outside changes nothing', async () => {
    const headers = { ...(await s4.csrf('alice')), 'x-abap-user': 'BOB' }
    const body = { EquipmentName: 'Cooling water pump 1' }
    await s4.as('alice', 'PATCH', equipmentPath('10000000'), { headers, body })
    const { json } = await s4.as('bob', 'GET', equipmentPath('10000000'))
    expect(json.d['LastChangedByUser']).toBe('ALICE')
  })

  test('the audit log has one entry per request, with the ABAP user or nobody', async () => {
    const before = (await s4.audit()).length
    await s4.as('alice', 'GET', list)
    await s4.as('eve', 'GET', list)
    await s4.write('dave', 'PATCH', equipmentPath('10000000'), { EquipmentName: 'x' })
    const path = `/sap/opu/odata/sap/${list}`
    const record = `/sap/opu/odata/sap/${equipmentPath('10000000')}`
    expect((await s4.audit()).slice(before)).toMatchObject([
      { user: 'ALICE', subject: 'CN=alice', method: 'GET', path, status: 200 },
      { user: null, subject: 'CN=eve', method: 'GET', path, status: 401 },
      { user: 'DAVE', method: 'HEAD', path: `${record}/`, status: 400 },
      { user: 'DAVE', method: 'PATCH', path: record, status: 403, at: expect.any(String) }
    ])
  })
})
