import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const TARGET = { URL: 'https://backend.example', clientId: 'sb-maintenance!t1' }
const USER_TYPES = ['OAuth2UserTokenExchange', 'OAuth2JWTBearer']
const types = [
  ...USER_TYPES,
  'SAMLAssertion',
  'OAuth2ClientCredentials',
  'OAuth2AuthorizationCode',
  'PrincipalPropagation'
]

const destinations = {
  ...Object.fromEntries(types.map((type) => [type, { ...TARGET, Authentication: type }])),
  OAuth2SAMLBearerAssertion: {
    ...TARGET,
    Authentication: 'OAuth2SAMLBearerAssertion',
    tokenServiceURL: 'https://localhost:1/oauth/token',
    audience: 'https://other.example'
  },
  COMMON: { ...TARGET, Authentication: 'OAuth2JWTBearer', tokenServiceURLType: 'Common' },
  WRONG_CLIENT: { ...TARGET, Authentication: 'OAuth2JWTBearer', clientSecret: 'wrong' },
  READABLE: { ...TARGET, Authentication: 'OAuth2JWTBearer', URL: 'http://backend.example' },
  S4: {
    URL: 'http://s4.internal:44300',
    ProxyType: 'OnPremise',
    Authentication: 'PrincipalPropagation'
  },
  TECHNICAL_USER: {
    ...TARGET,
    URL: 'http://s4.internal:44300',
    ProxyType: 'OnPremise',
    Authentication: 'OAuth2TechnicalUserPropagation'
  },
  RFC: { Type: 'RFC', Authentication: 'PrincipalPropagation', ProxyType: 'OnPremise' },
  FORWARD: { ...TARGET, forwardAuthToken: true }
}

const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: undefined }

let landscape: Landscape
beforeAll(async () => {
  const exclusive = { ...TARGET, URL: 'https://customer.example' }
  landscape = await Landscape.start({
    destinations,
    tenants: {
      'customer-1': {
        destinations: {
          OWN: { ...exclusive, Authentication: 'OAuth2JWTBearer' },
          OWN_TECHNICAL: { ...exclusive, Authentication: 'OAuth2ClientCredentials' }
        }
      }
    }
  })
})
afterAll(() => landscape.stop())

const tokenOf = ({ authTokens }: Awaited<ReturnType<typeof resolveDestination>>) =>
  claimsOf(authTokens?.[0]?.value ?? '')

describe.each(USER_TYPES)('%s', (type) => {
  test('a named user gets the token of exactly that user', async () => {
    for (const name of ['alice', 'bob']) {
      const user = await landscape.user(name)
      const destination = await resolveDestination(type, user)
      expect(tokenOf(destination)).toMatchObject({
        user_name: name,
        zid: user.tenant,
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'
      })
      expect(destination.authTokens?.[0]?.http_header.value).toMatch(/^Bearer ey/)
    }
  })

  test.each<[string, Principal]>([
    ['a technical user', TECHNICAL],
    ['nobody', { kind: 'anonymous' }],
    ['the privileged user', { kind: 'technical', origin: 'privileged', tenant: undefined }]
  ])('%s is refused before any token is asked for', async (_, principal) => {
    const attempt = () => resolveDestination(type, principal, { useCache: false })
    const { calls } = await landscape.calls(() =>
      expect(attempt()).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    )
    expect(calls).not.toHaveProperty('user')
    expect(calls).not.toHaveProperty('technical')
    expect(calls['none']).toBe(1)
  })

  test('a token that has expired is not sent', async () => {
    const user = await landscape.user('alice', { expiresIn: -5 })
    const { calls } = await landscape.calls(() =>
      expect(resolveDestination(type, user)).rejects.toMatchObject({
        code: 'ERR_TOKEN_EXPIRES'
      })
    )
    expect(calls).not.toHaveProperty('user')
  })

  test('another token of the same user has an exchange of its own', async () => {
    const first = await landscape.user('alice')
    const second = await landscape.user('alice', { claims: { scope: ['openid', 'uaa.user'] } })
    const exchanged = tokenOf(await resolveDestination(type, first))
    const { result, calls } = await landscape.calls(async () => [
      tokenOf(await resolveDestination(type, second)),
      tokenOf(await resolveDestination(type, first))
    ])
    expect(calls).toEqual({ user: 1 })
    expect(result[0].scope).toEqual(['openid', 'uaa.user'])
    expect(result[1].jti).toBe(exchanged.jti)
  })
})

describe('what the Destination service can not do', () => {
  test('without the scope uaa.user: its own reason, and what to do', async () => {
    const attempt = resolveDestination('OAuth2UserTokenExchange', await landscape.user('eve'))
    await expect(attempt).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(
        /Insufficient scope for this resource.*Nothing was sent.*role template "Token_Exchange"/
      )
    })
  })

  test('a failure is not kept, and nobody else’s either', async () => {
    const eve = await landscape.user('eve')
    const attempt = () => resolveDestination('OAuth2UserTokenExchange', eve)
    const { calls } = await landscape.calls(async () => {
      await expect(attempt()).rejects.toThrow()
      await expect(attempt()).rejects.toThrow()
    })
    expect(calls).toEqual({ user: 2 })
  })

  test('a wrong client of the destination', async () => {
    const attempt = resolveDestination('WRONG_CLIENT', await landscape.user('alice'))
    await expect(attempt).rejects.toThrow(/Bad credentials.*Check "clientId"/)
  })

  test('an assertion that the token service does not take', async () => {
    const user = await landscape.user('alice', { claims: { origin: undefined } })
    const attempt = resolveDestination('OAuth2JWTBearer', user)
    await expect(attempt).rejects.toThrow(/Origin claim is missing.*within one subaccount/)
  })

  test.each(['OAuth2SAMLBearerAssertion', 'SAMLAssertion'])(
    '%s: a failed assertion is an error, not another grant',
    async (type) => {
      const user = await landscape.user('alice')
      const { calls } = await landscape.calls(() =>
        expect(resolveDestination(type, user)).rejects.toMatchObject({
          code: 'ERR_DESTINATION_UNAVAILABLE',
          message: expect.stringMatching(/the token service: .*ECONNREFUSED|audience is missing/)
        })
      )
      expect(calls['user']).toBe(1)
      expect(calls).not.toHaveProperty('technical')
    }
  )

  test.each([
    ['READABLE', /over http; use https/],
    ['RFC', /is of type "RFC"/],
    ['PrincipalPropagation', /needs ProxyType "OnPremise"/],
    ['OAuth2AuthorizationCode', /can't be sent/]
  ])('%s is refused before any token is fetched for it', async (name, message) => {
    const user = await landscape.user('alice')
    const { calls } = await landscape.calls(() =>
      expect(resolveDestination(name, user)).rejects.toThrow(message)
    )
    expect(calls).toEqual({ none: 1 })
  })

  test('a destination that is not there', async () => {
    const attempt = resolveDestination('NOTHING', await landscape.user('alice'))
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_DESTINATION_NOT_FOUND' })
  })
})

test('a token of another issuer is not propagated as it is', async () => {
  const { tenant, userId, expiresAt, bearerToken } = await landscape.user('alice')
  const user = { kind: 'named', issuer: 'partner', tenant, userId, expiresAt, bearerToken } as const
  for (const name of ['S4', 'OAuth2JWTBearer']) {
    const { calls } = await landscape.calls(() =>
      expect(resolveDestination(name, user)).rejects.toThrow(/is of issuer "partner"/)
    )
    expect(calls).not.toHaveProperty('user')
  }
})

describe('technical destinations', () => {
  test('no token of the user goes along', async () => {
    const user = await landscape.user('alice')
    const { result, calls } = await landscape.calls(() =>
      resolveDestination('OAuth2ClientCredentials', user)
    )
    expect(calls['technical']).toBe(1)
    expect(calls).not.toHaveProperty('user')
    expect(tokenOf(result)).toMatchObject({ grant_type: 'client_credentials' })
    expect(tokenOf(result)).not.toHaveProperty('user_name')
  })

  test('a technical user on premise goes out in the header for it, on a connection of its own', async () => {
    const destination = await resolveDestination('TECHNICAL_USER', TECHNICAL)
    expect(destination).toMatchObject({
      authentication: 'NoAuthentication',
      headers: { 'SAP-Connectivity-Technical-Authentication': expect.stringMatching(/^Bearer ey/) },
      agentOptions: { keepAlive: false },
      proxyConfiguration: { headers: { 'Proxy-Authorization': expect.any(String) } }
    })
  })
})

describe('tenants', () => {
  test("a subscriber's user gets the subscriber's destination, and a token of that tenant", async () => {
    const destination = await resolveDestination('OWN', await landscape.user('tina'))
    expect(destination.url).toBe('https://customer.example')
    expect(tokenOf(destination)).toMatchObject({ user_name: 'tina', zid: 'customer-1' })
  })

  test.each(['alwaysSubscriber', 'subscriberFirst', undefined] as const)(
    "%s: a user-bound call never falls back to the provider's destination",
    async (selectionStrategy) => {
      const options = selectionStrategy && { selectionStrategy }
      const tina = await landscape.user('tina')
      const { calls } = await landscape.calls(() =>
        expect(resolveDestination('OAuth2JWTBearer', tina, options)).rejects.toMatchObject({
          code: 'ERR_DESTINATION_NOT_FOUND'
        })
      )
      expect(calls).not.toHaveProperty('user')
    }
  )

  test("alwaysProvider is the provider's destination, with the user's own tenant in the token", async () => {
    const options = { selectionStrategy: 'alwaysProvider' } as const
    const tina = await landscape.user('tina')
    const destination = await resolveDestination('COMMON', tina, options)
    expect(destination.url).toBe(TARGET.URL)
    expect(tokenOf(destination)).toMatchObject({ user_name: 'tina', zid: 'customer-1' })
    // a token service of the provider alone knows no other subaccount
    await expect(resolveDestination('OAuth2JWTBearer', tina, options)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('use OAuth2SAMLBearerAssertion')
    })
  })

  test('without a user, look-ups stay in the tenant of the context', async () => {
    const privileged = { kind: 'technical', origin: 'privileged', tenant: undefined } as const
    const destination = await resolveDestination('OWN_TECHNICAL', privileged, {}, 'customer-1')
    expect(tokenOf(destination)).toMatchObject({ zid: 'customer-1' })
    await expect(resolveDestination('OWN_TECHNICAL', privileged)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_NOT_FOUND'
    })
    const options = { selectionStrategy: 'alwaysSubscriber' } as const
    await expect(
      resolveDestination('OAuth2ClientCredentials', privileged, options, 'customer-1')
    ).rejects.toMatchObject({ code: 'ERR_DESTINATION_NOT_FOUND' })
  })

  test("a technical call may use the provider's destination: as the provider", async () => {
    const destination = await resolveDestination(
      'OAuth2ClientCredentials',
      TECHNICAL,
      {},
      'customer-1'
    )
    expect(tokenOf(destination).zid).toBe((await landscape.user('alice')).tenant)
  })
})

describe('forwardAuthToken', () => {
  test('needs a named user, and fetches nothing else', async () => {
    await expect(resolveDestination('FORWARD', TECHNICAL)).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
    const { forwardAuthToken } = await resolveDestination('FORWARD', await landscape.user('alice'))
    expect(forwardAuthToken).toBe(true)
  })
})
