import { createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

import { type Emulator, startEmulator } from '../../src/index.js'
import { thumbprint } from '../../src/http/client-certificate.js'
import { claimsOf, credentials, send } from '../support/http.js'
import { options } from '../support/maintenance.js'
import { fetchByGrpc, type Svid } from '../support/workload-api.js'

const SPIFFE_ID = 'spiffe://emulated.localhost/maintenance'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    credentialTypes: { xsuaa: 'x509_attested', destination: 'x509', connectivity: 'x509_attested' }
  })
})
afterAll(() => emulator.stop())

const pem = (der: Buffer, what: string) =>
  `-----BEGIN ${what}-----\n${der.toString('base64')}\n-----END ${what}-----\n`

async function svid(): Promise<Svid> {
  const { svids } = await fetchByGrpc(emulator.workloadApi ?? '')
  expect(svids).toHaveLength(1)
  return svids[0]!
}

function tokenWith(
  identity: object,
  form: Record<string, string> = {},
  service: 'xsuaa' | 'connectivity' = 'connectivity'
) {
  const { clientid = '', certurl = '' } = credentials(emulator, service)
  return send(`${certurl}/oauth/token`, {
    method: 'POST',
    ca: emulator.ca,
    ...identity,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: clientid,
      grant_type: 'client_credentials',
      ...form
    }).toString()
  })
}

test('each binding has what its type says', () => {
  const { xsuaa, destination, connectivity } = emulator.vcapServices()
  const names = (each: typeof xsuaa) =>
    ['clientsecret', 'certificate', 'key', 'certurl'].filter((name) => name in each[0]!.credentials)
  expect(names(xsuaa)).toEqual(['certurl'])
  expect(names(destination)).toEqual(['certificate', 'key', 'certurl'])
  expect(names(connectivity)).toEqual(['certurl'])
  expect(emulator.vcapServices()['zero-trust-identity']?.[0]).toMatchObject({
    label: 'zero-trust-identity',
    credentials: { workload: { spiffeID: SPIFFE_ID } }
  })
})

test('the agent issues a certificate of this workload, each time another one', async () => {
  const [one, other] = [await svid(), await svid()]
  const certificate = new X509Certificate(one.x509_svid)
  expect(one.spiffe_id).toBe(SPIFFE_ID)
  expect(certificate.subjectAltName).toBe(`URI:${SPIFFE_ID}`)
  expect(certificate.verify(new X509Certificate(one.bundle).publicKey)).toBe(true)
  const key = createPublicKey({ key: one.x509_svid_key, format: 'der', type: 'pkcs8' } as never)
  expect(key.equals(certificate.publicKey)).toBe(true)
  expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThanOrEqual(3600_000)
  expect(one.x509_svid.equals(other.x509_svid)).toBe(false)
})

test('XSUAA takes it, and binds tokens to it', async () => {
  const { x509_svid, x509_svid_key } = await svid()
  const identity = { cert: pem(x509_svid, 'CERTIFICATE'), key: pem(x509_svid_key, 'PRIVATE KEY') }
  for (const service of ['xsuaa', 'connectivity'] as const) {
    const { status, body } = await tokenWith(identity, {}, service)
    expect(status).toBe(200)
    const cnf = { 'x5t#S256': thumbprint(new X509Certificate(x509_svid)) }
    expect(claimsOf(body.access_token).cnf).toEqual(cnf)
  }
})

test('no other certificate, no secret and nothing at all get a token', async () => {
  const { certificate: cert, key } = credentials(emulator, 'destination')
  const attempts = [
    tokenWith({}),
    tokenWith({ cert, key }),
    tokenWith({}, { client_secret: 'undefined' })
  ]
  for (const { status, body } of await Promise.all(attempts)) {
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'unauthorized' })
  }
})

test('one that has expired is worth nothing', async () => {
  const { x509_svid, x509_svid_key } = await svid()
  const identity = { cert: pem(x509_svid, 'CERTIFICATE'), key: pem(x509_svid_key, 'PRIVATE KEY') }
  const late = new X509Certificate(x509_svid)
  expect(Date.parse(late.validTo)).toBeGreaterThan(Date.now())
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 2 * 3600_000)
  const expired = await svid()
  clock.mockRestore()
  const { status } = await tokenWith({
    cert: pem(expired.x509_svid, 'CERTIFICATE'),
    key: pem(expired.x509_svid_key, 'PRIVATE KEY')
  })
  expect(status).toBe(401)
  expect((await tokenWith(identity)).status).toBe(200)
})

test('the agent asks for the header that no browser can send', async () => {
  await expect(fetchByGrpc(emulator.workloadApi ?? '', 'false')).rejects.toMatchObject({ code: 3 })
})

test('its socket is for this user only, and gone when the emulator stops', async () => {
  const { workloadApi = '', stop } = await startEmulator({
    ...options,
    credentialTypes: { destination: 'x509_attested' }
  })
  const folder = dirname(workloadApi.replace('unix://', ''))
  expect(statSync(folder).mode & 0o077).toBe(0)
  await stop()
  expect(existsSync(folder)).toBe(false)
})

test('a process that the landscape binds knows the socket, as long as it is bound', async () => {
  const before = process.env['SPIFFE_ENDPOINT_SOCKET']
  const bound = await startEmulator({
    ...options,
    bind: true,
    credentialTypes: { destination: 'x509_attested' }
  })
  expect(process.env['SPIFFE_ENDPOINT_SOCKET']).toBe(bound.workloadApi)
  await bound.stop()
  expect(process.env['SPIFFE_ENDPOINT_SOCKET']).toBe(before)
})

test('without such a binding there is no agent', async () => {
  const { workloadApi, vcapServices, stop } = await startEmulator(options)
  expect(workloadApi).toBeUndefined()
  expect(vcapServices()).not.toHaveProperty(['zero-trust-identity'])
  await stop()
})

test.each<[object, RegExp]>([
  [
    { destination: 'x509_atested' },
    /credentialTypes\.destination is "x509_atested": did you mean "x509_attested"/
  ],
  [{ destinations: 'x509' }, /credentialTypes has no "destinations": did you mean "destination"/]
])('%j stops the start', async (credentialTypes, message) => {
  await expect(startEmulator({ ...options, credentialTypes })).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message) as string
  })
})
