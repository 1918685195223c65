import {
  alwaysProvider,
  alwaysSubscriber,
  type DestinationFetchOptions,
  getAllDestinationsFromDestinationService,
  getDestination,
  subscriberFirst
} from '@sap-cloud-sdk/connectivity'
import { executeHttpRequest } from '@sap-cloud-sdk/http-client'

import { attempt } from '../../../emulator/test/support/attempt.js'
import { claimsOf, credentials, requestToken } from '../../../emulator/test/support/http.js'
import type { Seen } from './echo.js'
import { FidelityLandscape, SUBSCRIBER } from './landscape.js'

let landscape: FidelityLandscape
beforeAll(async () => {
  landscape = await FidelityLandscape.start()
})
afterAll(() => landscape.stop())

const token = (user?: string, tenant?: string) =>
  landscape.emulator.issueToken({ ...(user && { user }), ...(tenant && { tenant }) })

/** One request by the name of a destination, with nothing from a cache. */
async function call(destinationName: string, options: Partial<DestinationFetchOptions> = {}) {
  const destination = { destinationName, useCache: false, ...options }
  const { data } = await executeHttpRequest(destination, { method: 'get', url: '/sap/x' })
  return data as Seen & { subject?: string | null }
}

/** Claims of the token that the remote system has got. */
const claimsAt = ({ headers }: Seen) => claimsOf((headers['authorization'] ?? '').slice(7))

/** Messages of an error and its causes. */
async function failure(work: Promise<unknown>): Promise<string> {
  const outcome = (await attempt(() => work)) as { error?: string }
  return outcome.error ?? 'it did not fail'
}

describe('types without a user', () => {
  test('NoAuthentication', async () => {
    expect((await call('NO_AUTHENTICATION')).headers).not.toHaveProperty('authorization')
  })

  test('BasicAuthentication', async () => {
    const { headers } = await call('BASIC')
    expect(headers['authorization']).toBe(`Basic ${Buffer.from('bob:builder').toString('base64')}`)
  })

  test('ClientCertificateAuthentication, and TrustStoreLocation', async () => {
    expect(await call('CERTIFICATE')).toMatchObject({ certificate: 'maintenance' })
    const destination = await getDestination({ destinationName: 'CERTIFICATE', useCache: false })
    expect(destination?.trustStoreCertificate).toMatchObject({ name: 'server.pem' })
  })

  test('OAuth2ClientCredentials', async () => {
    const claims = claimsAt(await call('CLIENT_CREDENTIALS'))
    expect(claims).toMatchObject({ grant_type: 'client_credentials', cid: 'sb-maintenance!t1' })
  })

  test('OAuth2Password', async () => {
    const claims = claimsAt(await call('PASSWORD'))
    expect(claims).toMatchObject({ grant_type: 'password', user_name: 'bob' })
  })

  test('OAuth2TechnicalUserPropagation is refused by the Cloud SDK itself', async () => {
    expect(await failure(call('TECHNICAL'))).toMatch(/not supported/)
  })
})

describe('types with a user', () => {
  test.each(['EXCHANGE', 'JWT_BEARER', 'SAML_BEARER'])('%s', async (name) => {
    const jwt = await token('alice')
    const seen = await call(name, { jwt })
    expect(claimsAt(seen)).toMatchObject({ user_name: 'alice', cid: 'sb-maintenance!t1' })
    expect(seen.headers['authorization']).not.toContain(jwt)
  })

  test('SAMLAssertion: another assertion for each request', async () => {
    const [one, other] = [
      await call('SAML', { jwt: await token('alice') }),
      await call('SAML', { jwt: await token('alice') })
    ]
    const xml = ({ headers }: Seen) =>
      Buffer.from((headers['authorization'] ?? '').replace('SAML2.0 ', ''), 'base64').toString()
    expect(xml(one)).toMatch(/<saml:NameID[^>]*>alice</)
    expect(xml(one)).not.toBe(xml(other))
    expect(one.headers).toMatchObject({ 'x-sap-security-session': 'create' })
  })

  test('OAuth2RefreshToken', async () => {
    const form = { grant_type: 'password', username: 'alice' }
    const { body } = await requestToken(landscape.emulator, form)
    const refreshToken = body.refresh_token as string
    expect(claimsAt(await call('REFRESH', { refreshToken }))).toMatchObject({ user_name: 'alice' })
    expect(await failure(call('REFRESH'))).toMatch(/No refresh token has been provided/)
    expect(await failure(call('REFRESH', { refreshToken: 'x' }))).toMatch(/token expired|invalid/i)
  })

  test('forwardAuthToken', async () => {
    const jwt = await token('alice')
    expect((await call('FORWARDED', { jwt })).headers['authorization']).toBe(`Bearer ${jwt}`)
  })

  test.each(['EXCHANGE', 'JWT_BEARER', 'SAML', 'PROPAGATION'])(
    '%s without a user token is refused by the Cloud SDK itself',
    async (name) => {
      expect(await failure(call(name))).toMatch(/No user token \(JWT\) has been provided/)
    }
  )
})

describe('Connectivity proxy', () => {
  test('PrincipalPropagation: the headers of the proxy, and none of them on premise', async () => {
    const jwt = await token('alice')
    const destination = await getDestination({
      destinationName: 'PROPAGATION',
      jwt,
      useCache: false
    })
    const { headers, host, port } = destination?.proxyConfiguration ?? {}
    const { onpremise_proxy_host, onpremise_proxy_http_port } = credentials(
      landscape.emulator,
      'connectivity'
    )
    expect({ host, port: String(port) }).toEqual({
      host: onpremise_proxy_host,
      port: onpremise_proxy_http_port
    })
    expect(headers?.['SAP-Connectivity-Authentication']).toBe(`Bearer ${jwt}`)
    expect(claimsOf(headers?.['Proxy-Authorization']?.slice(7) ?? '')).toMatchObject({
      cid: credentials(landscape.emulator, 'connectivity')['clientid']
    })
    const seen = await call('PROPAGATION', { jwt })
    expect(seen).toMatchObject({ subject: 'CN=alice', headers: { 'sap-client': '100' } })
    expect(Object.keys(seen.headers).filter((name) => /proxy|connectivity/.test(name))).toEqual([])
  })

  test('BasicAuthentication on premise: no principal', async () => {
    const seen = await call('ON_PREMISE', { jwt: await token('alice') })
    expect(seen.subject).toBeNull()
    expect(seen.headers['authorization']).toMatch(/^Basic /)
  })

  test('a technical token goes through as the client: it is the token that decides', async () => {
    expect(await call('PROPAGATION', { jwt: await token() })).toMatchObject({
      subject: 'CN=sb-maintenance!t1'
    })
  })
})

describe('provider and subscriber', () => {
  const jwt = () => token('alice', SUBSCRIBER)

  test.each([
    [subscriberFirst, '/subscriber'],
    [alwaysSubscriber, '/subscriber'],
    [alwaysProvider, '/provider']
  ])('selection strategy %p', async (selectionStrategy, place) => {
    const { path } = await call('OWN', { jwt: await jwt(), selectionStrategy })
    expect(path).toBe(`${place}/sap/x`)
  })

  test('only the provider has it', async () => {
    const options = { destinationName: 'PROVIDERS', jwt: await jwt(), useCache: false }
    expect(await getDestination({ ...options, selectionStrategy: alwaysSubscriber })).toBeNull()
    const found = await getDestination({ ...options, selectionStrategy: subscriberFirst })
    expect(found?.url).toMatch(/\/provider$/)
  })

  test("a subscriber's user token is exchanged, with X-user-token", async () => {
    const claims = claimsAt(await call('JWT_BEARER', { jwt: await jwt() }))
    expect(claims).toMatchObject({ user_name: 'alice', zid: SUBSCRIBER })
  })

  test('a token service for all tenants (Common) gets X-tenant', async () => {
    const claims = claimsAt(await call('COMMON', { jwt: await jwt() }))
    expect(claims).toMatchObject({ grant_type: 'client_credentials', zid: SUBSCRIBER })
  })

  test('the proxy knows the subscriber by its own token', async () => {
    const seen = await call('PROPAGATION', { jwt: await jwt() })
    expect(seen).toMatchObject({ subject: 'CN=alice' })
    const [request] = landscape.emulator.requests('connectivity').slice(-1)
    expect(request).toMatchObject({ status: 200, subject: 'CN=alice' })
  })

  test('all destinations of a tenant, and no others', async () => {
    const names = (await getAllDestinationsFromDestinationService({ jwt: await jwt() })).map(
      ({ name }) => name
    )
    expect(names).toEqual(expect.arrayContaining(['OWN', 'COMMON']))
    expect(names).not.toContain('PROVIDERS')
  })
})

describe('error answers', () => {
  const options = { destinationName: 'NO_AUTHENTICATION', useCache: false }

  test('404: there is none', async () => {
    expect(await getDestination({ ...options, destinationName: 'UNKNOWN' })).toBeNull()
    expect(await failure(call('UNKNOWN'))).toMatch(/Failed to resolve the destination/)
  })

  test('200 with an error inside', async () => {
    const message = await failure(call('EXCHANGE', { jwt: await token('eve') }))
    expect(message).toMatch(/Retrieval of OAuthToken failed due to.*Insufficient scope/)
  })

  test.each([
    ['a user token that has expired', { expiresIn: -60 }, 'PROPAGATION', /401/],
    [
      'a user token of a tenant that there is not',
      { claims: { zid: 'x' } },
      'JWT_BEARER',
      /Unable to map issuer/
    ]
  ])('%s', async (_, claims, name, message) => {
    const jwt = await landscape.emulator.issueToken({ user: 'alice', ...claims })
    expect(await failure(call(name, { jwt }))).toMatch(message)
  })

  test('XSUAA, Destination service or proxy out of order', async () => {
    const { emulator } = landscape
    emulator.enqueue('destination', { status: 500, body: { ErrorMessage: 'Internal error' } })
    expect(await failure(getDestination(options))).toMatch(/Internal error/)
    emulator.enqueue('connectivity', { status: 503, body: 'There is no SAP Cloud Connector (SCC)' })
    expect(await failure(call('PROPAGATION', { jwt: await token('alice') }))).toMatch(/503/)
  })
})
