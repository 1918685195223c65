import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { startEmulator, type Emulator } from '../../src/index.js'
import { credentials, requestToken, send, viaProxy } from '../support/http.js'
import { VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

const SERVICE = `http://${VIRTUAL_HOST}/sap/opu/odata/sap/API_EQUIPMENT`

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(withBackend)))
afterAll(() => emulator.stop())

const bearer = async (...[options]: Parameters<Emulator['issueToken']>) =>
  `Bearer ${await emulator.issueToken(options)}`

const proxyPort = () => Number(credentials(emulator, 'connectivity')['onpremise_proxy_http_port'])

describe('what reaches the backend', () => {
  it('is the user in a short-lived certificate, over mutual TLS', async () => {
    const { status, body } = await viaProxy(emulator, `${SERVICE}?$filter=a%20eq%20'1'`, {
      user: 'alice'
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      subject: 'CN=alice',
      system: 'cloud-connector',
      isIssuedByCloudConnector: true,
      path: `/sap/opu/odata/sap/API_EQUIPMENT?$filter=a%20eq%20'1'`,
      headers: { host: VIRTUAL_HOST }
    })
    expect(body.validMinutes).toBeLessThanOrEqual(60)
    expect(body.backdatedSeconds).toBeGreaterThanOrEqual(59)
  })

  it('is an empty header without a user', async () => {
    const { body } = await viaProxy(emulator, SERVICE)
    expect(body.subject).toBeNull()
    expect(body.headers).toMatchObject({ ssl_client_cert: '' })
  })

  it('is none without a user, where the system certificate may log on', async () => {
    const system = withBackend.onPremise?.[VIRTUAL_HOST]
    const other = await startEmulator({
      ...withBackend,
      onPremise: { [VIRTUAL_HOST]: { ...system, systemCertificateForLogon: true } }
    })
    try {
      const { body } = await viaProxy(other, SERVICE)
      expect(body.headers).not.toHaveProperty('ssl_client_cert')
      expect((await viaProxy(other, SERVICE, { user: 'alice' })).body.subject).toBe('CN=alice')
    } finally {
      await other.stop()
    }
  })

  it('is accepted for a while after the expiry of the token, and valid as configured', async () => {
    const other = await startEmulator({
      ...withBackend,
      certificateValidityInMin: 10,
      expirationToleranceInHr: 1
    })
    try {
      const call = async (expiresIn: number) => {
        const token = await other.issueToken({ user: 'alice', expiresIn })
        const headers = { 'sap-connectivity-authentication': `Bearer ${token}` }
        return viaProxy(other, SERVICE, { headers })
      }
      const { body } = await call(-3000)
      expect(body.subject).toBe('CN=alice')
      expect(body.validMinutes).toBeLessThanOrEqual(10)
      expect((await call(-3700)).status).toBe(401)
    } finally {
      await other.stop()
    }
  })

  test.each([
    [{ certificateValidityInMin: 0 }, /certificateValidityInMin must be a whole number from 1/],
    [{ expirationToleranceInHr: 400 }, /expirationToleranceInHr .* from 0 to 336/],
    [{ onPremise: { 'db:5432': { backend: 'tcp://db' } } }, /backend must be "tcp:/]
  ])('%j stops the start', async (more, message) => {
    await expect(startEmulator({ ...withBackend, ...more })).rejects.toThrow(message)
  })

  it('is the client id for a technical token', async () => {
    const technical = await bearer({})
    const headers = { 'sap-connectivity-authentication': technical }
    const { body } = await viaProxy(emulator, SERVICE, { headers })
    expect(body.subject).toBe('CN=sb-maintenance!t1')
  })

  it('is the user of an exchanged token in Proxy-Authorization', async () => {
    const parameters = {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await emulator.issueToken({ user: 'bob' })
    }
    const client = credentials(emulator, 'connectivity')
    const exchanged = await requestToken(emulator, parameters, {}, client)
    const headers = { 'proxy-authorization': `Bearer ${exchanged.body.access_token}` }
    expect((await viaProxy(emulator, SERVICE, { headers })).body.subject).toBe('CN=bob')
  })

  it('has no header of the proxy, and no forged certificate', async () => {
    const { body } = await viaProxy(emulator, SERVICE, {
      user: 'alice',
      headers: {
        SSL_CLIENT_CERT: 'forged',
        'ssl-client-cert': 'forged',
        'Ssl-Client_Cert': 'forged',
        SSL_CLIENT_CERT_CHAIN_1: 'forged',
        'SAP-Connectivity-Technical-Authentication': 'Bearer x',
        'Proxy-Connection': 'keep-alive',
        connection: 'keep-alive, ssl_client_cert',
        'x-csrf-token': 'fetch',
        cookie: 'a=b'
      }
    })
    expect(body.subject).toBe('CN=alice')
    expect(Object.keys(body.headers).sort()).toEqual([
      'connection',
      'cookie',
      'host',
      'ssl_client_cert',
      'x-csrf-token'
    ])
    expect(JSON.stringify(body.headers)).not.toContain('forged')
  })

  it('is streamed, both ways', async () => {
    const token = await bearer({ client: 'connectivity' })
    const headers = { host: VIRTUAL_HOST, 'proxy-authorization': token }
    const req = request({ port: proxyPort(), method: 'POST', path: `${SERVICE}/echo`, headers })
    req.write('first')
    const chunk = await new Promise<string>((resolve, reject) => {
      req
        .once('error', reject)
        .once('response', (res) => res.once('data', (data) => resolve(String(data))))
    })
    // the answer has begun before the request has ended
    expect(chunk).toBe('first')
    req.end('last')
  })

  it('answers redirects without following them, as the virtual host', async () => {
    const { status, headers } = await viaProxy(emulator, `${SERVICE}/redirect`)
    expect(status).toBe(302)
    expect(headers.location).toBe(`http://${VIRTUAL_HOST}/elsewhere`)
  })
})

describe('refusals', () => {
  it('407 without, or with an invalid, Proxy-Authorization', async () => {
    const missing = await viaProxy(emulator, SERVICE, { headers: { 'proxy-authorization': '' } })
    expect(missing).toMatchObject({
      status: 407,
      text: 'Missing or empty header: proxy-authorization',
      headers: { 'proxy-authenticate': 'Bearer' }
    })
    for (const options of [
      { client: 'destination' },
      { user: 'alice' },
      { client: 'connectivity', expiresIn: -1 },
      { client: 'connectivity', claims: { zid: 'x' } }
    ]) {
      const headers = { 'proxy-authorization': await bearer(options) }
      expect((await viaProxy(emulator, SERVICE, { headers })).status).toBe(407)
    }
  })

  it.each(['Basic dG9rZW46eA==', 'Bearer', 'Bearer a b'])('400 for "%s"', async (value) => {
    const headers = { 'proxy-authorization': value }
    const response = await viaProxy(emulator, SERVICE, { headers })
    expect(response).toMatchObject({ status: 400, text: 'Invalid Proxy Header' })
  })

  it('401 for a user token that is not valid', async () => {
    for (const options of [
      { user: 'alice', expiresIn: -1 },
      { user: 'alice', claims: { iss: 'https://other' } }
    ]) {
      const headers = { 'sap-connectivity-authentication': await bearer(options) }
      expect((await viaProxy(emulator, SERVICE, { headers })).status).toBe(401)
    }
  })

  it('403 if the token has no value for the subject', async () => {
    const claims = { user_name: undefined, email: undefined, sub: undefined }
    const user = await bearer({ user: 'alice', claims })
    const headers = { 'sap-connectivity-authentication': user }
    const response = await viaProxy(emulator, SERVICE, { headers })
    expect(response.status).toBe(403)
    expect(response.text).toContain('no value for ${name}')
  })

  it('405 for https targets and CONNECT', async () => {
    expect((await viaProxy(emulator, SERVICE.replace('http:', 'https:'))).status).toBe(405)
    const socket = connect(proxyPort(), '127.0.0.1')
    socket.write(`CONNECT ${VIRTUAL_HOST} HTTP/1.1\r\nHost: ${VIRTUAL_HOST}\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/)
    expect(emulator.requests('connectivity').at(-1)).toMatchObject({
      method: 'CONNECT',
      status: 405
    })
  })

  it('503 for a location id without Cloud Connector', async () => {
    const headers = { 'sap-connectivity-scc-location_id': 'BERLIN' }
    const { status, text } = await viaProxy(emulator, SERVICE, { headers })
    expect(status).toBe(503)
    expect(text).toMatch(/^There is no SAP Cloud Connector \(SCC\) connected to your subaccount/)
    expect(text).toContain('SCC location ID "BERLIN"')
  })

  it('403 for an unknown virtual host', async () => {
    const { status, text } = await viaProxy(emulator, 'http://other.internal/sap/')
    expect(status).toBe(403)
    expect(text).toMatch(/^Access denied to system other.internal:80\. In case this was a valid/)
  })

  it.each([
    '/SAP/opu/odata/sap/API_EQUIPMENT',
    '/sap/opu/odata/sapping',
    '/ping/sub',
    '/',
    '/sap/opu/odata/sap/../../../admin',
    '/sap/opu/odata/sap/%2e%2e/admin',
    '/sap/opu/odata/sap/..%2f..%2fadmin',
    '/sap/opu/odata/sap/..\\admin',
    '/sap/opu/odata/sap/..;/admin',
    '/sap/opu/odata/sap/%ZZ'
  ])('403 for the path %s', async (path) => {
    const { status, text } = await viaProxy(emulator, `http://${VIRTUAL_HOST}${path}`)
    expect(status).toBe(403)
    expect(text).toContain(`Access denied to resource ${path} on system ${VIRTUAL_HOST}.`)
  })

  it.each(['/ping', '/ping/', '/ping?a=b', "/sap/opu/odata/sap/E('10%2F20')"])(
    'but not for %s',
    async (path) => {
      expect((await viaProxy(emulator, `http://${VIRTUAL_HOST}${path}`)).status).toBe(200)
    }
  )

  it('400 for anything that is no proxy request', async () => {
    expect((await viaProxy(emulator, '/sap/opu/odata/sap/')).status).toBe(400)
    expect((await viaProxy(emulator, `http://user:x@${VIRTUAL_HOST}/ping`)).status).toBe(400)
    const headers = { 'x-long': 'x'.repeat(8200) }
    expect((await viaProxy(emulator, SERVICE, { headers })).status).toBe(400)
  })

  it('421 for a Host header of somebody else', async () => {
    expect((await viaProxy(emulator, SERVICE, { headers: { host: 'evil.example' } })).status).toBe(
      421
    )
    const url = `http://127.0.0.1:${proxyPort()}/`
    expect((await send(url, { headers: { host: 'evil.example' } })).status).toBe(400)
  })
})

it('the record holds no secret', async () => {
  await viaProxy(emulator, `${SERVICE}?secret=x`, { user: 'alice' })
  const record = JSON.stringify(emulator.requests('connectivity'))
  expect(record).not.toMatch(/eyJ|Bearer|secret=/)
})

it('the audit of a started system comes from its process', async () => {
  const [entry] = await emulator.system(VIRTUAL_HOST).audit()
  expect(entry).toMatchObject({ subject: 'CN=alice', method: 'GET', status: 200 })
  expect(() => emulator.system('other:80')).toThrow(/only for s4.internal:44300/)
})
