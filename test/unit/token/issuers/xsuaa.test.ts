import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { decode } from '../../../../src/token/decode.js'
import { xsuaaIssuer } from '../../../../src/token/issuers/xsuaa.js'
import {
  type Claims,
  CLIENTID,
  now,
  SUBSCRIBER,
  technicalClaims,
  TENANT,
  userClaims,
  XSAPPNAME
} from '../../../integration/inbound/support/claims.js'
import { header, jws, userToken } from '../../../integration/inbound/support/jws.js'
import { keys, rs } from '../../../integration/inbound/support/keys.js'
import {
  goodKeys,
  json,
  startXsuaa,
  type TestXsuaa
} from '../../../integration/inbound/support/test-xsuaa.js'

jest.mock('../../../../src/lib/log.js')

const CREDENTIALS = { clientid: CLIENTID, xsappname: XSAPPNAME }
const OWN = { ...CREDENTIALS, tenantid: TENANT }

let xsuaa: TestXsuaa
beforeAll(async () => {
  xsuaa = await startXsuaa()
  setDefaultCACertificates([...getCACertificates('default'), xsuaa.ca])
})
afterAll(() => xsuaa.stop())
beforeEach(() => {
  xsuaa.requests.length = 0
  xsuaa.answer = goodKeys
})
afterEach(() => {
  delete process.env['SAP_JWT_TRUST_ACL']
})

const issuer = (changes: object = {}) =>
  xsuaaIssuer({ ...OWN, uaadomain: xsuaa.uaadomain, ...changes })
const verify = (token: string, changes: object = {}) => issuer(changes).verify(decode(token), {})
/** The code of the refusal of a user's token with these changes. */
const refusal = (claims: Claims, headers: Claims = {}, changes: object = {}) =>
  verify(userToken(xsuaa, claims, headers), changes).then(
    () => 'accepted',
    (error: unknown) => (error as { code: string }).code
  )

describe('issuers of a real "uaadomain"', () => {
  const DOMAIN = 'authentication.eu10.hana.ondemand.com'
  const names = (iss: unknown, uaadomain = DOMAIN) =>
    xsuaaIssuer({ ...CREDENTIALS, uaadomain }).matches({ iss })

  test.each([
    `https://provider.${DOMAIN}/oauth/token`,
    `https://subscriber-1.${DOMAIN}/oauth/token`,
    `https://${'a'.repeat(63)}.${DOMAIN}/oauth/token`,
    'https://provider.authentication.cert.eu10.hana.ondemand.com/oauth/token',
    'http://provider.localhost:8080/uaa/oauth/token'
  ])('%s', (iss) => {
    expect(names(iss)).toBe(true)
    expect(names(iss, `https://${DOMAIN}`)).toBe(true)
  })

  test.each([
    `http://provider.${DOMAIN}/oauth/token`,
    `https://${DOMAIN}/oauth/token`,
    `https://.${DOMAIN}/oauth/token`,
    `https://${'a'.repeat(64)}.${DOMAIN}/oauth/token`,
    `https://a.b.${DOMAIN}/oauth/token`,
    `https://a_b.${DOMAIN}/oauth/token`,
    `https://provider.x${DOMAIN}/oauth/token`,
    `https://provider.${DOMAIN}.example/oauth/token`,
    `https://provider.${DOMAIN}/oauth/token/`,
    `https://provider.${DOMAIN}/oauth/tokens`,
    `https://provider.${DOMAIN}/x/oauth/token`,
    `xhttps://provider.${DOMAIN}/oauth/token`,
    `https://provider.${DOMAIN}/oauth/token\n`,
    'https://provider.authentication.us10.hana.ondemand.com/oauth/token',
    'https://provider.authentication.cert.us10.hana.ondemand.com/oauth/token',
    'https://provider.cert.authentication.eu10.hana.ondemand.com/oauth/token',
    'https://elsewhere.example/http://provider.localhost:8080/uaa/oauth/token',
    'http://provider.localhost:8080/uaa/oauth/token/x',
    'https://provider.localhost:8080/uaa/oauth/token',
    'http://localhost:8080/uaa/oauth/token',
    'http://provider.localhost:80800/uaa/oauth/token',
    'http://a.b.localhost:8080/uaa/oauth/token',
    'http://providerxlocalhost:8080/uaa/oauth/token',
    '',
    undefined,
    1,
    [`https://provider.${DOMAIN}/oauth/token`]
  ])('not %j', (iss) => {
    expect(names(iss)).toBe(false)
  })

  test('a domain is no certificate host where it does not begin as one', () => {
    expect(
      names('https://p.x.authentication.cert.example/oauth/token', 'x.authentication.example')
    ).toBe(false)
  })
})

describe('a token of a user', () => {
  test('is verified with a key of its tenant', async () => {
    const token = userToken(xsuaa, { zid: SUBSCRIBER, exp: now() + 600 })
    const own = issuer()
    const verified = await own.verify(decode(token), {})
    expect(verified).toMatchObject({
      ...{ issuer: own, bearerToken: token, tenant: SUBSCRIBER },
      ...{ expiresAt: decode(token).payload['exp'], payload: { user_name: 'alice' } }
    })
    expect(own.alias).toBe('xsuaa')
    expect(verified.keyIsHeld()).toBe(true)
    expect(xsuaa.requests).toContain(`/token_keys?zid=${SUBSCRIBER}`)
  })

  test('keys are where "uaadomain" says, also with its scheme', async () => {
    const uaadomain = `https://${xsuaa.uaadomain}`
    await expect(verify(userToken(xsuaa), { uaadomain })).resolves.toBeDefined()
    expect(xsuaa.requests).toEqual([`/token_keys?zid=${TENANT}`])
  })

  test('the object for the application offers the token, and does not print it', async () => {
    const token = userToken(xsuaa)
    const verified = await verify(token)
    const context = verified.issuer.securityContext(verified) as { token: { jwt: string } }
    expect(context.token.jwt).toBe(token)
    expect(JSON.stringify(context)).not.toContain(token.split('.')[2])
  })

  test('that somebody else has signed, or that was changed, is refused', async () => {
    const refused = expect.objectContaining({ code: 'ERR_TOKEN_SIGNATURE', status: 401 }) as Error
    const forged = userToken(xsuaa, {}, {}, rs(256, keys.attacker.privateKey))
    await expect(verify(forged)).rejects.toEqual(refused)
    const [head, , signature] = userToken(xsuaa).split('.')
    const [, payload] = userToken(xsuaa, { user_name: 'bob' }).split('.')
    await expect(verify(`${head}.${payload}.${signature}`)).rejects.toEqual(refused)
    await expect(verify(userToken(xsuaa, {}, { kid: 'unknown' }))).rejects.toEqual(refused)
  })

  test.each([
    ['the application’s own tenant', TENANT],
    ['a subscriber', SUBSCRIBER]
  ])('does not count any longer once the key of %s is replaced', async (_, zid) => {
    const [pass, own] = [jest.spyOn(Date, 'now'), issuer()]
    const verified = (claims: Claims) => own.verify(decode(userToken(xsuaa, claims)), {})
    xsuaa.answer = (res) => {
      json(res, { keys: [keys.good.jwk] })
    }
    try {
      const { keyIsHeld } = await verified({ zid, exp: now() + 86_400 })
      const other = await verified({ zid: 'another' })
      expect(keyIsHeld()).toBe(true)
      xsuaa.answer = (res, tenant) => {
        json(res, { keys: [(tenant === zid ? keys.good2 : keys.good).jwk] })
      }
      pass.mockReturnValue(Date.now() + 60_000)
      const sign = rs(256, keys.good2.privateKey)
      const next = jws(header({ kid: 'key-2' }), userClaims(xsuaa, { zid }), sign)
      await expect(own.verify(decode(next), {})).resolves.toBeDefined()
      expect([keyIsHeld(), other.keyIsHeld()]).toEqual([false, true])
      await expect(verified({ zid })).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' })
      await expect(verified({ zid: 'another' })).resolves.toBeDefined()
    } finally {
      pass.mockRestore()
    }
  })
})

describe('refused before any key is asked for', () => {
  test.each<[string, Claims, Claims]>([
    ['ERR_TOKEN_HEADER', {}, { alg: 'HS256' }],
    ['ERR_TOKEN_HEADER', {}, { alg: 'RS512' }],
    ['ERR_TOKEN_EXPIRED', { exp: 1 }, {}],
    ['ERR_TOKEN_CLAIM', { exp: undefined }, {}],
    ['ERR_TOKEN_CLAIM', { aud: [1] }, {}],
    ...['cid', 'client_id', 'azp', 'grant_type', 'origin', 'zid'].map(
      (name): [string, Claims, Claims] => ['ERR_TOKEN_CLAIM', { [name]: ['x'] }, {}]
    ),
    ['ERR_TOKEN_CLAIM', { zid: '../t' }, {}],
    ['ERR_TOKEN_TENANT', { zid: undefined }, {}],
    ['ERR_TOKEN_TYPE', { at_hash: 'x' }, {}],
    ['ERR_TOKEN_AUDIENCE', { aud: ['other'], azp: 'other', cid: 'other', client_id: 'other' }, {}]
  ])('%s: %j %j', async (code, claims, headers) => {
    expect(await refusal(claims, headers)).toBe(code)
    expect(xsuaa.requests).toEqual([])
  })

  test('a signature that no RSA key makes', async () => {
    const [head, payload] = userToken(xsuaa).split('.')
    await expect(verify(`${head}.${payload}.AA`)).rejects.toMatchObject({
      code: 'ERR_TOKEN_SIGNATURE'
    })
    expect(xsuaa.requests).toEqual([])
  })

  test('a technical token for another application; the message says how to grant it', async () => {
    const other = { aud: ['other'], azp: 'other', cid: 'other', client_id: 'other' }
    const technical = verify(jws(header(), technicalClaims(xsuaa, { ...other, scope: ['x.y'] })))
    await expect(technical).rejects.toMatchObject({
      ...{ code: 'ERR_TOKEN_AUDIENCE', status: 401 },
      message: expect.stringMatching(
        /name this one \(sent client other, audience other .*\. It is a technical one: .*grant-as-authority/
      )
    })
    await expect(verify(userToken(xsuaa, other))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the token was issued for another application: .* name this one \(sent client other, audience other ≠ expected client .*\)\. Get the token with the client/
      )
    })
  })
})

describe('tenants', () => {
  const DEDICATED = { tenantmode: 'dedicated' }
  test('a dedicated application accepts its own only', async () => {
    expect(await refusal({ zid: SUBSCRIBER }, {}, DEDICATED)).toBe('ERR_TOKEN_TENANT')
    expect(await refusal({ zid: TENANT }, {}, DEDICATED)).toBe('accepted')
  })

  test('which older bindings call the identity zone', async () => {
    const older = { ...DEDICATED, tenantid: undefined, identityzoneid: SUBSCRIBER }
    expect(await refusal({ zid: TENANT }, {}, older)).toBe('ERR_TOKEN_TENANT')
    expect(await refusal({ zid: SUBSCRIBER }, {}, older)).toBe('accepted')
  })

  test('any other application accepts all, and so does one that does not know its own', async () => {
    expect(await refusal({ zid: SUBSCRIBER })).toBe('accepted')
    expect(await refusal({ zid: SUBSCRIBER }, {}, { ...DEDICATED, tenantid: undefined })).toBe(
      'accepted'
    )
  })

  test('a token without a tenant says so', async () => {
    await expect(verify(userToken(xsuaa, { zid: undefined }))).rejects.toThrow(/"zid"/)
  })
})

describe('SAP_JWT_TRUST_ACL', () => {
  const acl = (...entries: object[]) => {
    process.env['SAP_JWT_TRUST_ACL'] = JSON.stringify(entries)
  }

  test('keeps out whom it does not name, and never the application itself', async () => {
    acl({ clientid: 'friend', identityzone: SUBSCRIBER })
    expect(await refusal({})).toBe('accepted')
    expect(await refusal({ zid: 'zone-2' })).toBe('accepted')
    expect(await refusal({ azp: 'friend', zid: SUBSCRIBER })).toBe('accepted')
    expect(await refusal({ azp: 'friend' })).toBe('ERR_TOKEN_AUDIENCE')
  })

  test('lets no other tenant into a dedicated application', async () => {
    acl({ clientid: 'friend', identityzone: SUBSCRIBER })
    const dedicated = { tenantmode: 'dedicated' }
    expect(await refusal({ zid: SUBSCRIBER }, {}, dedicated)).toBe('ERR_TOKEN_TENANT')
  })
})

test.each(['clientid', 'xsappname', 'uaadomain'])(
  'a binding without "%s" stops the start',
  (name) => {
    const binding = { ...OWN, uaadomain: 'example.com', [name]: undefined }
    expect(() => xsuaaIssuer(binding as never)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        explanation: expect.objectContaining({
          cause: `the XSUAA binding of cds.requires.auth has no "${name}"`
        }) as unknown
      })
    )
  }
)
