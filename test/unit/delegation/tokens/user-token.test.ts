import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { claimsOf } from '../../../../emulator/test/support/http.js'
import type { Author } from '../../../../src/delegation/author.js'
import type { DelegatedService } from '../../../../src/delegation/options.js'
import { userTokenWay } from '../../../../src/delegation/tokens/user-token.js'
import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'
import { Delegating, requestFor } from './delegating.js'

const SAML = {
  URL: 'https://s4.example',
  Authentication: 'SAMLAssertion',
  audience: 'urn:s4',
  assertionRecipient: 'https://s4.example/saml',
  authnContextClassRef: 'urn:x',
  'x_user_token.jwks': 'delegation'
}

/** Paths at which the key set of the application was fetched. */
const published: string[] = []
const publisher = createServer(({ url = '' }, res) => {
  published.push(url)
  const keys = delegating.keys.assertionKeys.map((key) => {
    const { kty, n, e, kid } = key as Record<string, string>
    return { kty, n, e, kid, use: 'sig', alg: 'RS256' }
  })
  res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
})

const { 'x_user_token.jwks': _, ...withoutKeys } = SAML

let delegating: Delegating
beforeAll(async () => {
  await once(publisher.listen(0, '127.0.0.1'), 'listening')
  const { port } = publisher.address() as AddressInfo
  delegating = await Delegating.start({
    destinations: {
      SAML,
      BEARER: { ...SAML, Authentication: 'OAuth2SAMLBearerAssertion', tokenServiceUser: 'x' },
      BY_URI: {
        ...withoutKeys,
        'x_user_token.jwks_uri': `http://127.0.0.1:${String(port)}/delegation.jwks.json`
      },
      NO_KEYS: { ...SAML, 'x_user_token.jwks': '' },
      BY_EMAIL: { ...SAML, userIdSource: 'email' },
      EXCHANGE: { ...SAML, Authentication: 'OAuth2JWTBearer' }
    }
  })
})
afterAll(async () => {
  await delegating.stop()
  publisher.closeAllConnections()
  publisher.close()
})

function serviceOf(destination: string, userToken: object = {}): DelegatedService {
  const S4 = { onBehalfOf: 'namedUser', credentials: { destination } }
  const delegation = { userToken: { ...delegating.ways.userToken, ...userToken } }
  return delegating.service(delegation, {}, { S4 })
}

const tokenFor = (author: Author, service: DelegatedService) =>
  userTokenWay.tokenFor(requestFor(author, service))

test('the token names the user, and is short-lived', async () => {
  const author = await delegating.author('alice')
  const { bearerToken, expiresAt, ...user } = await tokenFor(author, serviceOf('SAML'))
  const now = Date.now() / 1000
  expect(user).toMatchObject({ userId: 'alice', tenant: author.tenant, issuer: 'delegation' })
  expect(expiresAt - now).toBeLessThanOrEqual(900)
  expect(claimsOf(bearerToken)).toMatchObject({
    ...{ iss: 'https://delegation.localhost', user_name: 'alice', email: 'alice@example.com' },
    exp: expiresAt
  })
  const header = JSON.parse(Buffer.from(bearerToken.split('.')[0]!, 'base64url').toString())
  expect(header).toMatchObject({ typ: 'JWT', alg: 'RS256', kid: expect.any(String) })
})

test.each([
  ['SAML', 'alice'],
  ['BY_EMAIL', 'alice@example.com']
])('the Destination service signs an assertion about the user: %s', async (name, nameId) => {
  const user = await tokenFor(await delegating.author('alice'), serviceOf(name))
  const principal = new TokenPrincipal({ ...user, bearerToken: user.bearerToken })
  const { authTokens } = await resolveDestination(name, principal)
  const xml = Buffer.from(authTokens![0]!.value, 'base64').toString()
  expect(/<(?:\w+:)?NameID[^>]*>([^<]+)</.exec(xml)?.[1]).toBe(nameId)
})

test('the Destination service fetches the keys where "x_user_token.jwks_uri" says, as they were published', async () => {
  const user = await tokenFor(await delegating.author('alice'), serviceOf('BY_URI'))
  const principal = new TokenPrincipal({ ...user, bearerToken: user.bearerToken })
  const { authTokens } = await resolveDestination('BY_URI', principal)
  const xml = Buffer.from(authTokens![0]!.value, 'base64').toString()
  expect(/<(?:\w+:)?NameID[^>]*>([^<]+)</.exec(xml)?.[1]).toBe('alice')
  expect(published).toEqual(['/delegation.jwks.json'])
})

test('nobody else’s key: the Destination service refuses', async () => {
  const other = await Delegating.start()
  await other.stop()
  const S4 = { onBehalfOf: 'namedUser', credentials: { destination: 'SAML' } }
  const options = { userToken: delegating.ways.userToken }
  const service = delegating.service(options, other.keys, { S4 })
  const author = { ...(await delegating.author('alice')), subject: 'other key' }
  const user = await tokenFor(author, service)
  const principal = new TokenPrincipal({ ...user, bearerToken: user.bearerToken })
  await expect(resolveDestination('SAML', principal)).rejects.toThrow(/could not be verified/)
})

test('it goes to no destination that does not declare the keys, and to no Cloud Connector', async () => {
  const user = await tokenFor(await delegating.author('alice'), serviceOf('SAML'))
  const principal = new TokenPrincipal({ ...user, bearerToken: user.bearerToken })
  for (const name of ['NO_KEYS', 'S4']) {
    await expect(resolveDestination(name, principal)).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
  }
})

test('when the queue is filled: the destinations for which it is', async () => {
  const author = await delegating.author('alice')
  for (const name of ['SAML', 'BEARER', 'BY_URI'])
    await userTokenWay.checkAuthor?.(author, serviceOf(name))
  for (const name of ['NO_KEYS', 'EXCHANGE', 'S4']) {
    await expect(userTokenWay.checkAuthor?.(author, serviceOf(name))).rejects.toMatchObject({
      code: 'ERR_DELEGATION_REFUSED'
    })
  }
})

test('an outage of the Destination service does not keep the queue from being filled', async () => {
  const own = await Delegating.start({ destinations: { SAML } })
  try {
    const S4 = { onBehalfOf: 'namedUser', credentials: { destination: 'SAML' } }
    const service = own.service({ userToken: own.ways.userToken }, {}, { S4 })
    const author = { ...(await own.author('alice')), tenant: undefined }
    for (let i = 0; i < 8; i++) own.emulator.enqueue('destination', { status: 503, body: {} })
    await expect(userTokenWay.checkAuthor?.(author, service)).resolves.toBeUndefined()
    expect(own.emulator.requests('destination').length).toBeGreaterThan(0)
  } finally {
    await own.stop()
  }
})

test('other claims of the user’s token, for "userIdSource"', async () => {
  const service = serviceOf('SAML', { claims: ['employee'] })
  expect(userTokenWay.claims?.(service)).toEqual(['employee'])
  const author = { ...(await delegating.author('alice')), claims: { employee: 'E-1' } }
  const { bearerToken } = await tokenFor(author, service)
  expect(claimsOf(bearerToken)).toMatchObject({ user_name: 'alice', employee: 'E-1' })
})

test.each([
  ['without destination', { S4: {} }, /credentials.destination/],
  [
    'an issuer of that name',
    { auth: { issuers: { delegation: {} } }, S4: { credentials: { destination: 'S4' } } },
    /stands for the application itself/
  ]
])('%s, the start fails', (_, requires, message) => {
  const service = delegating.service({ userToken: { issuer: 'x' } }, {}, requires)
  expect(() => userTokenWay.isConfigured(service)).toThrow(message)
})
