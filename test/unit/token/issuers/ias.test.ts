import { X509Certificate } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { decode } from '../../../../src/token/decode.js'
import { iasIssuer } from '../../../../src/token/issuers/ias.js'
import { CLIENT, startIas, TENANT, type TestIas } from '../../../integration/ias/test-ias.js'
import { type Claims, now } from '../../../integration/inbound/support/claims.js'
import { jws } from '../../../integration/inbound/support/jws.js'
import { keys, rs } from '../../../integration/inbound/support/keys.js'

jest.mock('../../../../src/lib/log.js')

let ias: TestIas
beforeAll(async () => {
  ias = await startIas()
  setDefaultCACertificates([...getCACertificates('default'), ias.ca])
})
afterAll(() => ias.stop())
beforeEach(() => {
  ias.requests.length = 0
})

const issuer = (changes: object = {}, config?: object) =>
  iasIssuer({ ...ias.credentials, ...changes } as never, config)
const verify = (token: string, changes: object = {}, options: object = {}) =>
  issuer(changes).verify(decode(token), options)
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error as { code: string }).code
  )
const refusal = (claims: Claims) => outcome(verify(ias.token(claims)))

describe('issuers are the domains of the binding, and what is right below them', () => {
  const names = (payload: Claims) =>
    iasIssuer({
      ...{ clientid: CLIENT, url: 'https://own.accounts.ondemand.com' },
      domains: ['accounts.ondemand.com', 'accounts.cloud.sap']
    }).matches(payload)

  test.each([
    'https://accounts.ondemand.com',
    'https://own.accounts.ondemand.com',
    'https://other.accounts.cloud.sap'
  ])('%s', (iss) => {
    expect(names({ iss })).toBe(true)
    expect(names({ iss: 'https://login.example.com', ias_iss: iss })).toBe(true)
  })

  test.each([
    'https://attacker.example',
    'https://accounts.ondemand.com.attacker.example',
    'https://attacker.example/accounts.ondemand.com',
    'https://xaccounts.ondemand.com',
    '',
    undefined,
    null,
    5,
    ['https://accounts.ondemand.com']
  ])('not %j', (iss) => {
    expect(names({ iss })).toBe(false)
  })
})

describe('a token', () => {
  test('is verified with a key of its tenant and client', async () => {
    const own = issuer()
    const token = ias.token()
    const verified = await own.verify(decode(token), {})
    expect(verified).toMatchObject({
      ...{ issuer: own, bearerToken: token, tenant: TENANT },
      ...{ expiresAt: decode(token).payload['exp'], payload: { sub: 'P000001' } }
    })
    expect(own.alias).toBe('ias')
    expect(verified.keyIsHeld()).toBe(true)
    expect(ias.requests).toEqual([
      expect.objectContaining({ 'x-client_id': CLIENT, 'x-app_tid': TENANT, 'x-azp': CLIENT })
    ])
    expect(ias.requests[0]).not.toHaveProperty('x-azp_app_tid')
  })

  test('of the same tenant and client asks for no key again', async () => {
    const own = issuer()
    for (const sub of ['P1', 'P2']) await own.verify(decode(ias.token({ sub })), {})
    expect(ias.requests).toHaveLength(1)
  })

  test('of another client, or of a client of another tenant, asks for other keys', async () => {
    const own = issuer()
    const aud = [CLIENT, 'partner']
    await own.verify(decode(ias.token()), {})
    await own.verify(decode(ias.token({ azp: 'partner', aud })), {})
    await own.verify(decode(ias.token({ azp: 'partner', aud, azp_app_tid: 'theirs' })), {})
    expect(ias.requests.map((headers) => [headers['x-azp'], headers['x-azp_app_tid']])).toEqual([
      [CLIENT, undefined],
      ['partner', undefined],
      ['partner', 'theirs']
    ])
  })

  test('has its tenant under the old name as well, and without one there is none to ask for', async () => {
    const old = await verify(ias.token({ app_tid: undefined, zone_uuid: TENANT }))
    expect(old.tenant).toBe(TENANT)
    expect(await refusal({ app_tid: undefined })).toBe('ERR_TOKEN_TENANT')
    expect(ias.requests.at(-1)).not.toHaveProperty('x-app_tid')
  })

  test('names in "ias_iss" who has issued it, where the host is one of the customer', async () => {
    const ias_iss = ias.credentials['url']
    const token = ias.token({ iss: 'https://login.example.com', ias_iss })
    await expect(verify(token)).resolves.toMatchObject({ tenant: TENANT })
  })

  test('is shown to the application as the library has it, and not printed', async () => {
    const token = ias.token()
    const verified = await verify(token)
    const context = verified.issuer.securityContext(verified) as {
      token: { jwt: string; payload: object; header: object }
    }
    expect(context.token.jwt).toBe(token)
    expect(context.token.payload).toMatchObject({ sub: 'P000001' })
    expect(context.token.header).toMatchObject({ alg: 'RS256' })
    expect(JSON.stringify(context)).not.toContain(token.split('.')[2])
  })

  test('that somebody else has signed, or with an unknown key, is refused', async () => {
    const head = { alg: 'RS256', kid: keys.good.jwk.kid }
    const { payload } = decode(ias.token())
    const forged = jws(head, payload, rs(256, keys.attacker.privateKey))
    expect(await outcome(verify(forged))).toBe('ERR_TOKEN_SIGNATURE')
    expect(await outcome(verify(jws({ ...head, kid: 'other' }, payload)))).toBe(
      'ERR_TOKEN_SIGNATURE'
    )
    const own = issuer()
    await own.verify(decode(ias.token()), {})
    expect(await outcome(own.verify(decode(forged), {}))).toBe('ERR_TOKEN_SIGNATURE')
  })

  test('of a tenant that the issuer has no keys for is refused, and no outage', async () => {
    expect(await refusal({ app_tid: 'other-tenant' })).toBe('ERR_TOKEN_TENANT')
  })
})

describe('refused before any key is asked for', () => {
  test.each<[string, Claims]>([
    ['ERR_TOKEN_AUDIENCE', { aud: undefined }],
    ['ERR_TOKEN_AUDIENCE', { aud: [] }],
    ['ERR_TOKEN_AUDIENCE', { aud: 'other' }],
    ['ERR_TOKEN_AUDIENCE', { aud: ['other', 'another'] }],
    ['ERR_TOKEN_CLAIM', { aud: 5 }],
    ['ERR_TOKEN_CLAIM', { azp: [CLIENT] }],
    ['ERR_TOKEN_CLAIM', { azp_app_tid: {} }],
    ['ERR_TOKEN_CLAIM', { sub: 1 }],
    ['ERR_TOKEN_CLAIM', { sap_id_type: ['user'] }],
    ['ERR_TOKEN_CLAIM', { app_tid: 'a/b' }],
    ['ERR_TOKEN_TYPE', { events: {} }],
    ['ERR_TOKEN_EXPIRED', { exp: 1 }],
    ['ERR_TOKEN_CLAIM', { exp: undefined }]
  ])('%s: %j', async (code, claims) => {
    expect(await refusal(claims)).toBe(code)
    expect(ias.requests).toEqual([])
  })

  test.each([{ alg: 'RS512' }, { alg: 'none' }, { alg: 'HS256' }])(
    'a header with %j',
    async (changes) => {
      const { payload } = decode(ias.token())
      const token = jws({ kid: keys.good.jwk.kid, ...changes }, payload)
      expect(await outcome(verify(token))).toBe('ERR_TOKEN_HEADER')
      expect(ias.requests).toEqual([])
    }
  )

  test('a signature that no RSA key makes', async () => {
    const [head, payload] = ias.token().split('.')
    expect(await outcome(verify(`${String(head)}.${String(payload)}.AA`))).toBe(
      'ERR_TOKEN_SIGNATURE'
    )
    expect(ias.requests).toEqual([])
  })
})

describe('on a route with client certificates', () => {
  let certificate: string
  let thumbprint: string
  beforeAll(async () => {
    const authority = await createAuthority('Test authority')
    const subject = [{ CN: ['client'] }]
    const { cert } = await authority.issue({ subject, usage: 'client', validMs: 3600_000 })
    certificate = cert
    const hex = new X509Certificate(cert).fingerprint256.replaceAll(':', '')
    thumbprint = Buffer.from(hex, 'hex').toString('base64url')
  })
  const bound = (x5t: unknown) => ias.token({ cnf: { 'x5t#S256': x5t } })

  test('a token counts that is bound to the certificate', async () => {
    const clientCertificate = certificate
    expect(await outcome(verify(bound(thumbprint), {}, { clientCertificate }))).toBe('accepted')
  })

  test('one that is bound to another one, or to none, does not', async () => {
    const clientCertificate = certificate
    for (const token of [bound('other'), bound(undefined), ias.token()])
      expect(await outcome(verify(token, {}, { clientCertificate }))).toBe('ERR_TOKEN_BINDING')
    expect(await outcome(verify(bound(thumbprint), {}, { clientCertificate: '' }))).toBe(
      'ERR_TOKEN_BINDING'
    )
  })

  test('elsewhere the certificate does not matter, unless it is configured', async () => {
    expect(await outcome(verify(bound('other')))).toBe('accepted')
    const strict = issuer({}, { validation: { x5t: { enabled: true } } })
    expect(await outcome(strict.verify(decode(bound(thumbprint)), {}))).toBe('ERR_TOKEN_BINDING')
    const options = { clientCertificate: certificate }
    expect(await outcome(strict.verify(decode(bound(thumbprint)), options))).toBe('accepted')
    const off = issuer({}, { validation: { x5t: { enabled: false } } })
    expect(await outcome(off.verify(decode(bound('other')), options))).toBe('accepted')
    const proof = issuer({}, { validation: { proofToken: { enabled: false } } })
    expect(await outcome(proof.verify(decode(bound('other')), options))).toBe('accepted')
  })
})

test.each([
  ['clientid', undefined],
  ['clientid', ''],
  ['url', undefined],
  ['domains', undefined],
  ['domains', 'accounts.ondemand.com']
])('a binding whose "%s" is %j stops the start', (name, value) => {
  const binding = {
    clientid: CLIENT,
    url: 'https://a.example',
    domains: ['a.example'],
    [name]: value
  }
  expect(() => iasIssuer(binding as never)).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      explanation: expect.objectContaining({
        cause: `the binding of Identity Authentication has no "${name}"`
      }) as unknown
    })
  )
})

test('the own client in its own tenant has its keys before any token comes', async () => {
  const own = issuer({ app_tid: TENANT })
  await own.verify(decode(ias.token({ app_tid: TENANT, exp: now() + 600 })), {})
  expect(ias.requests).toHaveLength(1)
})
