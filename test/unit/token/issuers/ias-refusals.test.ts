import { X509Certificate } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { decode } from '../../../../src/token/decode.js'
import { iasIssuer } from '../../../../src/token/issuers/ias.js'
import { CLIENT, startIas, TENANT, type TestIas } from '../../../integration/ias/test-ias.js'
import type { Claims } from '../../../integration/inbound/support/claims.js'
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

describe('a refusal says what came and what to do', () => {
  test.each<[Claims, string]>([
    [
      { aud: undefined },
      'missing required "aud" claim. Get a new token (of the emulated services: npx cds-principal token <user>). Access tokens of Identity Authentication always have an audience.'
    ],
    [
      { aud: ['other', 'another'], azp: 'partner' },
      `the token was issued for another application: neither "aud" nor scopes name this one (sent client partner, audience other, another ≠ expected audience ${CLIENT}). Get the token with the client of this application's binding, or exchange it for this application (jwt-bearer).`
    ]
  ])('%j', async (claims, message) => {
    const token = decode(ias.token(claims))
    await expect(issuer().verify(token, {})).rejects.toThrow(new Error(message))
  })

  test('a binding without domains', () => {
    expect(() => issuer({ domains: undefined })).toThrow(
      new Error(
        'the binding of Identity Authentication has no "domains". Bind the service again, or complete its secret or credentials.'
      )
    )
  })
})

test('the log names all domains whose tokens are accepted', () => {
  const domains = ['accounts.ondemand.com', 'accounts.cloud.sap']
  expect(issuer({ domains }).trusts).toBe('accounts.ondemand.com or accounts.cloud.sap')
})

describe('keys that are there before the first token', () => {
  test('are those of the own client in the own tenant', async () => {
    const own = issuer({ app_tid: TENANT })
    await own.loadKeys?.()
    expect(ias.requests).toMatchObject([{ 'x-client_id': CLIENT, 'x-app_tid': TENANT }])
  })

  test('are none where the binding does not say which tenant is the own one', async () => {
    await issuer().loadKeys?.()
    expect(ias.requests).toEqual([])
  })
})

test('a genuine token of a new client does not wait behind those of invented tenants', async () => {
  const own = issuer()
  await own.verify(decode(ias.token()), {})
  const time = jest.spyOn(Date, 'now').mockReturnValue(Date.now()) // no new turn comes up
  try {
    const { payload } = decode(ias.token())
    const forged = ['t1', 't2', 't3', 't4', 't5', 't6'].map((app_tid) => {
      const sign = rs(256, keys.attacker.privateKey)
      const token = jws({ alg: 'RS256', kid: keys.good.jwk.kid }, { ...payload, app_tid }, sign)
      return own.verify(decode(token), {}).catch((error: unknown) => error)
    })
    const genuine = ias.token({ azp: 'partner', aud: [CLIENT, 'partner'] })
    await expect(own.verify(decode(genuine), {})).resolves.toMatchObject({ tenant: TENANT })
    time.mockRestore()
    await Promise.all(forged)
  } finally {
    time.mockRestore()
  }
})

describe('on a route with client certificates', () => {
  let clientCertificate: string
  let cnf: object
  beforeAll(async () => {
    const authority = await createAuthority('Test authority')
    const subject = [{ CN: ['client'] }]
    const { cert } = await authority.issue({ subject, usage: 'client', validMs: 3600_000 })
    clientCertificate = cert
    const hex = new X509Certificate(cert).fingerprint256.replaceAll(':', '')
    cnf = { 'x5t#S256': Buffer.from(hex, 'hex').toString('base64url') }
  })
  const certificatesShown = () => ias.requests.filter((headers) => 'x-client_cert' in headers)

  test('Identity Authentication sees the certificate for a token with several audiences', async () => {
    const token = ias.token({ cnf, aud: [CLIENT, 'partner'] })
    await issuer().verify(decode(token), { clientCertificate })
    expect(certificatesShown()).toHaveLength(1)
  })

  test('it does not for a token with one: one look-up of the keys is enough', async () => {
    await issuer().verify(decode(ias.token({ cnf })), { clientCertificate })
    expect(certificatesShown()).toEqual([])
    expect(ias.requests).toHaveLength(1)
  })

  test.each([
    ['x5t', {}],
    ['proofToken', { aud: [CLIENT, 'partner'] }]
  ])(
    'with "%s" configured, a route without mutual TLS is named as the cause',
    async (name, more) => {
      const strict = issuer({}, { validation: { [name]: { enabled: true } } })
      const token = decode(ias.token({ cnf, ...more }))
      await expect(strict.verify(token, {})).rejects.toMatchObject({
        code: 'ERR_TOKEN_BINDING',
        message:
          'cds.requires.auth.config.validation asks for the client certificate, and it is not known on a route without mutual TLS. ' +
          'Call the application at its route with ".cert." or ".mesh.cf.", or remove "x5t" and "proofToken" from that option.'
      })
      await expect(strict.verify(token, { clientCertificate: '' })).rejects.toMatchObject({
        code: 'ERR_TOKEN_BINDING',
        message: expect.stringContaining('the request came without it') as string
      })
      await expect(strict.verify(token, { clientCertificate })).resolves.toMatchObject({})
    }
  )

  test('without a certificate no key is asked for', async () => {
    const refused = issuer().verify(decode(ias.token({ cnf })), { clientCertificate: '' })
    await expect(refused).rejects.toThrow(
      new Error(
        'the token is bound to a client certificate, and the request came without it. Let the approuter forward certificates ("forwardAuthCertificates": true), or use the route without ".cert.".'
      )
    )
    expect(ias.requests).toEqual([])
  })
})
