import { createPrivateKey, X509Certificate } from 'node:crypto'

import { type Emulator, startEmulator } from '../../src/index.js'
import { landscapeOf } from '../../src/project/project-options.js'
import { options } from '../support/maintenance.js'
import { send } from '../support/http.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    delegation: { assertionIssuer: 'urn:example:app', origin: 'queue' },
    identity: true,
    tenants: { 'customer-1': { subdomain: 'acme', users: { tom: {} } } }
  })
})
afterAll(() => emulator.stop())

interface Keys {
  readonly url: string
  readonly recordKeys: readonly Record<string, string>[]
  readonly assertionKeys: readonly { readonly kid: string; readonly x5c: readonly string[] }[]
  readonly ways: {
    readonly ias: object
    readonly saml: { readonly tenants: Record<string, { readonly assertionRecipient: string }> }
  }
}

const keys = () => emulator.vcapServices()['user-provided']?.[0]?.credentials as unknown as Keys

test('the application has keys of its own, as a user-provided service has them', () => {
  const { recordKeys, assertionKeys } = keys()
  const [{ x5c, ...jwk }] = assertionKeys as [Keys['assertionKeys'][number]]
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const [der = ''] = x5c
  expect(new X509Certificate(Buffer.from(der, 'base64')).checkPrivateKey(key)).toBe(true)
  expect(recordKeys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', d: expect.any(String) })
  expect(keys()).toEqual(keys())
})

test('with the names by which the landscape trusts it', () => {
  const { ias, saml } = keys().ways
  expect(ias).toEqual({ issuer: 'https://delegation.localhost' })
  expect(saml).toMatchObject({ assertionIssuer: 'urn:example:app', origin: 'queue' })
  expect(Object.keys(saml.tenants)).toContain('customer-1')
})

test('each tenant has metadata and a token endpoint for assertions of its own', async () => {
  const { assertionRecipient } = keys().ways.saml.tenants['customer-1']!
  expect(assertionRecipient).toMatch(/\/oauth\/token\/alias\/acme\.emulated$/)
  const { port } = new URL(emulator.url)
  const headers = { host: `acme.localhost:${port}` }
  const { text } = await send(`${emulator.url}/saml/metadata`, { ca: emulator.ca, headers })
  expect(text).toContain(`Location="${assertionRecipient}"`)
  const { status } = await send(assertionRecipient, { ca: emulator.ca, method: 'POST' })
  expect(status).toBe(401)
})

test('a tenant of the path and a client of it: a technical token is the tenant’s', async () => {
  const { clientid = '', clientsecret = '' } = emulator.vcapServices().xsuaa[0]!
    .credentials as Record<string, string>
  const { body } = await send(keys().ways.saml.tenants['customer-1']!.assertionRecipient, {
    ca: emulator.ca,
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientid}:${clientsecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded'
    },
    body: 'grant_type=client_credentials'
  })
  const [, payload = ''] = String(body.access_token).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { zid: string }
  expect(claims.zid).toBe('customer-1')
})

test('the options of tenants are checked', async () => {
  const tenants = { t: { trust: { x: { entityID: 'y' } } } }
  await expect(startEmulator({ ...options, tenants: tenants as never })).rejects.toThrow(
    /tenants\["t"\]\.trust\["x"\].*did you mean "entityId"/
  )
  const delegation = { isuer: 'x' }
  await expect(startEmulator({ ...options, delegation: delegation as never })).rejects.toThrow(
    /delegation.*did you mean "issuer"/
  )
})

describe('a CAP project', () => {
  const of = (requires: Record<string, object>) => landscapeOf(__dirname, requires, {}).delegation

  test('needs it if a required service has "delegation"', () => {
    expect(of({ S4: { delegation: true } })).toBe(true)
    expect(
      of({ S4: { delegation: false }, kinds: { odata: { delegation: true } } })
    ).toBeUndefined()
  })

  test('is trusted by its own names', () => {
    const delegation = { ias: { issuer: 'https://a' }, saml: { assertionIssuer: 'b', origin: 'c' } }
    const names = { issuer: 'https://a', assertionIssuer: 'b', origin: 'c' }
    expect(of({ S4: { delegation } })).toEqual(names)
    const auth = { emulator: { delegation: { origin: 'd' } } }
    expect(of({ auth, S4: { delegation } })).toEqual({ ...names, origin: 'd' })
    expect(of({ auth: { emulator: { delegation: false } }, S4: { delegation } })).toBe(false)
  })
})
