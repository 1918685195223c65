import { decode } from '../../../../src/token/decode.js'
import { oidcIssuer } from '../../../../src/token/issuers/oidc.js'
import type { OidcIssuerOptions } from '../../../../src/token/issuers/oidc-options.js'
import { jws } from '../../../integration/inbound/support/jws.js'
import { keys, rs } from '../../../integration/inbound/support/keys.js'
import { json, MisbehavingServer } from '../support/misbehaving-server.js'

jest.mock('../../../../src/lib/log.js')

const ISSUER = 'https://idp.example/realms/plant'
const CLAIMS = { iss: ISSUER, aud: 'maintenance', azp: 'web', sub: 'e-4711' }
const { kid } = keys.good.jwk

let server: MisbehavingServer
beforeAll(async () => (server = await MisbehavingServer.start()))
afterAll(() => server.stop())
beforeEach(() => {
  server.reset(json({ keys: [keys.good.jwk] }))
})

const issuerWith = (options: Partial<OidcIssuerOptions> = {}) => {
  const jwks = `${server.url}/keys`
  return oidcIssuer('partner', { issuer: ISSUER, audience: 'maintenance', jwks, ...options })
}
const tokenOf = (claims: object = {}, sign = rs(256)) => {
  const exp = Math.floor(Date.now() / 1000) + 600
  return jws({ alg: 'RS256', kid }, { ...CLAIMS, exp, ...claims }, sign)
}

describe('a refusal says what came and what to do', () => {
  test.each<[string, object, Partial<OidcIssuerOptions>]>([
    [
      '"iss" claim is not the configured issuer (sent other.example ≠ expected idp.example)',
      { iss: 'https://other.example/realms/plant' },
      {}
    ],
    [
      '"iss" claim is not the configured issuer (sent no "iss" claim ≠ expected idp.example)',
      { iss: undefined },
      {}
    ],
    [
      'the token was issued for another application: "aud" does not have the "audience" of the issuer\'s configuration (sent client web, audience other ≠ expected audience maintenance or api://maintenance). Ask the issuer for a token for this application, or correct "audience" in cds.requires.auth.issuers.',
      { aud: 'other' },
      { audience: ['maintenance', 'api://maintenance'] }
    ],
    [
      '"tid" claim with the tenant is missing. Let the issuer put the tenant into the claim, or correct "tenant" in cds.requires.auth.issuers.',
      {},
      { tenant: 'tid' }
    ]
  ])('%s', async (message, claims, options) => {
    const refused = issuerWith(options).verify(decode(tokenOf(claims)), {})
    await expect(refused).rejects.toThrow(new Error(message))
  })

  test('a wrong signature', async () => {
    const forged = tokenOf({}, rs(256, keys.attacker.privateKey))
    await expect(issuerWith().verify(decode(forged), {})).rejects.toThrow(
      new Error(
        "the token's signature is wrong. Get a new token (of the emulated services: npx cds-principal token <user>)."
      )
    )
  })
})

test('only tokens that name the issuer exactly are its own', () => {
  const issuer = issuerWith()
  expect([issuer.alias, issuer.trusts]).toEqual(['partner', 'idp.example'])
  expect(issuer.matches({ iss: ISSUER })).toBe(true)
  for (const iss of [`${ISSUER}/`, 'https://idp.example', undefined, [ISSUER]]) {
    expect(issuer.matches({ iss })).toBe(false)
  }
})

test('keys can be fetched before the first token, which then causes no call', async () => {
  const issuer = issuerWith()
  await issuer.loadKeys?.()
  expect(server.requests).toEqual(['/keys'])
  await expect(issuer.verify(decode(tokenOf()), {})).resolves.toBeDefined()
  expect(server.requests).toHaveLength(1)
})

test('the application is shown the token with its claims', () => {
  const bearerToken = tokenOf()
  const context = issuerWith().securityContext({ bearerToken }) as {
    token: { jwt: string; payload: object }
  }
  expect(context.token.jwt).toBe(bearerToken)
  expect(context.token.payload).toMatchObject(CLAIMS)
})
