import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { inspect } from 'node:util'

import * as native from '../../../../src/lib/lazy.js'
import { decode } from '../../../../src/token/decode.js'
import { oidcIssuer } from '../../../../src/token/issuers/oidc.js'
import type { OidcIssuerOptions } from '../../../../src/token/issuers/oidc-options.js'
import { forge, signingKey } from '../../../integration/oidc/forge.js'
import { json, MisbehavingServer } from '../support/misbehaving-server.js'

jest.mock('../../../../src/lib/log.js')
jest.mock<typeof native>('../../../../src/lib/lazy.js', () => {
  const actual = jest.requireActual<typeof native>('../../../../src/lib/lazy.js')
  return { ...actual, requireNative: jest.fn(actual.requireNative) as never }
})

const ISSUER = 'https://idp.example/realms/plant'
const KEY = signingKey('k1')
const OTHER = signingKey('k1')
const NOW = Math.floor(Date.now() / 1000)
const CLAIMS = { iss: ISSUER, aud: 'maintenance', sub: 'e-4711', azp: 'web', exp: NOW + 600 }

let server: MisbehavingServer
beforeAll(async () => (server = await MisbehavingServer.start()))
afterAll(() => server.stop())
beforeEach(() => {
  const { kty, n, e, kid } = KEY
  const enc = { ...KEY, d: undefined, kid: 'enc', use: 'enc' }
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const weakJwk = { ...weak.export({ format: 'jwk' }), kid: 'weak' }
  server.reset(json({ keys: [{ kty, n, e, kid }, enc, weakJwk] }))
})

const issuerWith = (options: Partial<OidcIssuerOptions> = {}) => {
  const jwks = `${server.url}/keys`
  return oidcIssuer('partner', { issuer: ISSUER, audience: 'maintenance', jwks, ...options })
}

interface Token {
  header?: object
  claims?: object
  key?: typeof KEY
}
const tokenOf = ({ header = {}, claims = {}, key = KEY }: Token = {}) =>
  forge(key, { kid: 'k1', ...header }, { ...CLAIMS, ...claims })
const verify = (token: Token = {}, options: Partial<OidcIssuerOptions> = {}) =>
  issuerWith(options).verify(decode(tokenOf(token)), {})

test('jose is loaded with the first issuer, not before', () => {
  expect(native.requireNative).not.toHaveBeenCalled()
  issuerWith()
  expect(native.requireNative).toHaveBeenCalledWith('jose')
})

test('a good token', async () => {
  const issuer = issuerWith()
  const token = decode(tokenOf())
  expect(issuer.matches(token.payload)).toBe(true)
  const verified = await issuer.verify(token, {})
  expect(verified).toMatchObject({ issuer, payload: CLAIMS, expiresAt: CLAIMS.exp })
  expect(verified.tenant).toBeUndefined()
  expect(verified.keyIsHeld()).toBe(true)
})

describe('1.2a: real tokens that pass', () => {
  test.each<[string, Token]>([
    ['without "typ"', { header: { typ: undefined } }],
    ['"typ" JWT, as Keycloak and Entra ID', { header: { typ: 'JWT' } }],
    ['"typ" with its prefix', { header: { typ: 'application/at+jwt' } }],
    ['several audiences', { claims: { aud: ['account', 'maintenance'] } }],
    ['expired within the leeway', { claims: { exp: NOW - 20 } }],
    ['scope as text', { claims: { scope: 'openid profile' } }],
    ['scope as list', { claims: { scope: ['openid'] } }],
    ['Unicode names', { claims: { given_name: 'Žofie 花子' } }],
    ['Keycloak, access token with a nonce', { claims: { typ: 'Bearer', nonce: 'n' } }],
    ['at+jwt with a nonce', { header: { typ: 'at+jwt' }, claims: { nonce: 'n' } }],
    ['a claim "typ" of somebody else', { claims: { typ: 'employee' } }]
  ])('%s', async (_, token) => {
    await expect(verify({ header: { typ: 'JWT' }, ...token })).resolves.toBeDefined()
  })

  test('an RSA key without "alg", as Entra ID publishes them', async () => {
    await expect(verify()).resolves.toBeDefined()
  })
})

describe('refused before any key is asked for', () => {
  test.each<[string, string, Token]>([
    ['algorithms allowed', 'ERR_TOKEN_HEADER', { header: { alg: 'none' } }],
    ['algorithms allowed', 'ERR_TOKEN_HEADER', { header: { alg: 'HS256' } }],
    ['algorithms allowed', 'ERR_TOKEN_HEADER', { header: { alg: 'RS512' } }],
    ['key id', 'ERR_TOKEN_HEADER', { header: { kid: undefined } }],
    ['key id', 'ERR_TOKEN_HEADER', { header: { kid: ['k1'] } }],
    ['critical headers', 'ERR_TOKEN_HEADER', { header: { crit: ['exp'] } }],
    ['explicit typing', 'ERR_TOKEN_HEADER', { header: { typ: 'secevent+jwt' } }],
    ['explicit typing', 'ERR_TOKEN_HEADER', { header: { typ: 'logout+jwt' } }],
    ['issuer', 'ERR_TOKEN_ISSUER', { claims: { iss: undefined } }],
    ['issuer', 'ERR_TOKEN_ISSUER', { claims: { iss: `${ISSUER}/` } }],
    ['issuer', 'ERR_TOKEN_CLAIM', { claims: { iss: [ISSUER] } }],
    ['shape of claims', 'ERR_TOKEN_CLAIM', { claims: { aud: { maintenance: true } } }],
    ['shape of claims', 'ERR_TOKEN_CLAIM', { claims: { aud: ['maintenance', 1] } }],
    ['shape of claims', 'ERR_TOKEN_CLAIM', { claims: { azp: ['web'] } }],
    ['shape of claims', 'ERR_TOKEN_CLAIM', { claims: { scope: { a: 1 } } }],
    ['audience', 'ERR_TOKEN_AUDIENCE', { claims: { aud: undefined } }],
    ['audience', 'ERR_TOKEN_AUDIENCE', { claims: { aud: 'maintenance-2' } }],
    ['audience', 'ERR_TOKEN_AUDIENCE', { claims: { aud: [], azp: 'maintenance' } }],
    ['lifetime', 'ERR_TOKEN_CLAIM', { claims: { exp: undefined } }],
    ['lifetime', 'ERR_TOKEN_CLAIM', { claims: { exp: String(NOW + 10) } }],
    ['lifetime', 'ERR_TOKEN_EXPIRED', { claims: { exp: NOW - 61 } }],
    ['lifetime', 'ERR_TOKEN_NOT_YET_VALID', { claims: { nbf: NOW + 120 } }],
    ['access tokens only', 'ERR_TOKEN_TYPE', { header: { typ: 'JWT' }, claims: { nonce: 'n' } }],
    ['access tokens only', 'ERR_TOKEN_TYPE', { header: { typ: 'JWT' }, claims: { at_hash: 'h' } }],
    [
      'access tokens only',
      'ERR_TOKEN_TYPE',
      { header: { typ: undefined }, claims: { c_hash: 'h' } }
    ],
    ['ID tokens', 'ERR_TOKEN_TYPE', { header: { typ: undefined }, claims: { s_hash: 'h' } }],
    ['access tokens only', 'ERR_TOKEN_TYPE', { header: { typ: 'JWT' }, claims: { typ: 'ID' } }],
    [
      'access tokens only',
      'ERR_TOKEN_TYPE',
      { header: { typ: 'JWT' }, claims: { typ: 'Refresh' } }
    ],
    [
      'access tokens only',
      'ERR_TOKEN_TYPE',
      { header: { typ: 'JWT' }, claims: { typ: 'Offline' } }
    ],
    ['access tokens only', 'ERR_TOKEN_TYPE', { claims: { events: { logout: {} } } }]
  ])('%s: %s %j', async (_, code, token) => {
    await expect(verify(token)).rejects.toMatchObject({ code, status: 401 })
    expect(server.requests).toEqual([])
  })
})

describe('signatures', () => {
  test.each<[string, Token]>([
    ['by another key', { key: OTHER }],
    ['by a key in the header', { key: OTHER, header: { jwk: OTHER } }],
    ['by a key for encryption', { header: { kid: 'enc' } }],
    ['by a weak key', { header: { kid: 'weak' } }],
    ['by a key of that name in the prototype', { header: { kid: '__proto__' } }],
    ['by a key of that name in the prototype', { header: { kid: 'constructor' } }]
  ])('%s', async (_, token) => {
    const code = 'ERR_TOKEN_SIGNATURE'
    const failure = await verify(token).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code, status: 401 })
    expect(inspect(failure, { depth: null })).not.toContain('eyJ')
  })

  test('that were changed, or are of something else', async () => {
    const [header, payload, signature] = tokenOf().split('.') as [string, string, string]
    const [, foreign] = tokenOf({ claims: { sub: 'other' } }).split('.') as [string, string]
    for (const token of [
      `${header}.${foreign}.${signature}`,
      `${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`,
      `${header}.${payload}.AA`
    ]) {
      await expect(issuerWith().verify(decode(token), {})).rejects.toMatchObject({
        code: 'ERR_TOKEN_SIGNATURE'
      })
    }
  })

  test('503 while there are no keys', async () => {
    server.behaviour = (_, res) => res.writeHead(500).end()
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_ISSUER_UNAVAILABLE', status: 503 })
  })
})

describe('options', () => {
  test('"tokenType": "at+jwt" wants it declared', async () => {
    const tokenType = 'at+jwt'
    await expect(verify({}, { tokenType })).resolves.toBeDefined()
    for (const typ of ['JWT', undefined]) {
      const refused = verify({ header: { typ } }, { tokenType })
      await expect(refused).rejects.toMatchObject({ code: 'ERR_TOKEN_TYPE' })
    }
  })

  test('"tokenType": "id_token" wants ID tokens', async () => {
    const tokenType = 'id_token'
    const header = { typ: 'JWT' }
    await expect(verify({ header, claims: { nonce: 'n' } }, { tokenType })).resolves.toBeDefined()
    await expect(verify({ header }, { tokenType })).resolves.toBeDefined()
    for (const token of [{ header, claims: { typ: 'Bearer' } }, { header: { typ: 'at+jwt' } }]) {
      await expect(verify(token, { tokenType })).rejects.toMatchObject({ code: 'ERR_TOKEN_TYPE' })
    }
  })

  test('several audiences: one is enough', async () => {
    const audience = ['api://maintenance', 'maintenance']
    await expect(verify({}, { audience })).resolves.toBeDefined()
  })

  test('tenants', async () => {
    const tenant = 'tid'
    await expect(verify({ claims: { tid: 't1' } }, { tenant })).resolves.toMatchObject({
      tenant: 't1'
    })
    await expect(verify({}, { tenant: { value: 't2' } })).resolves.toMatchObject({ tenant: 't2' })
    await expect(verify({}, { tenant })).rejects.toMatchObject({ code: 'ERR_TOKEN_TENANT' })
    for (const tid of [{}, ['t1'], 1, '../t1', 'a b', '', 'x'.repeat(65)]) {
      const refused = verify({ claims: { tid } }, { tenant })
      await expect(refused).rejects.toMatchObject({ code: 'ERR_TOKEN_CLAIM' })
    }
  })

  test.each([
    ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')]
  ] as [string, KeyPairKeyObjectResult][])('%s, by configuration', async (alg, pair) => {
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', alg }
    server.behaviour = json({ keys: [jwk] })
    const token = { key: pair.privateKey.export({ format: 'jwk' }), header: { alg } }
    await expect(verify(token, { algorithms: [alg] })).resolves.toBeDefined()
    await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_HEADER' })
  })

  test('a key is used for its own algorithm only, whatever the issuer may use', async () => {
    const algorithms = ['RS256', 'PS256']
    const token = { header: { alg: 'PS256' } }
    await expect(verify({}, { algorithms })).resolves.toBeDefined()
    await expect(verify(token, { algorithms })).rejects.toMatchObject({
      code: 'ERR_TOKEN_SIGNATURE'
    })
  })

  test('wrong ones stop the start', () => {
    expect(() => issuerWith({ audience: '' })).toThrow(/auth\.issuers\.partner\.audience/)
  })
})
