import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { claimsOf, requestToken } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const TARGET = { URL: 'https://backend.example', clientId: 'sb-maintenance!t1' }

const destinations = {
  OAuth2ClientCredentials: { ...TARGET, Authentication: 'OAuth2ClientCredentials' },
  COMMON_OAuth2ClientCredentials: {
    ...TARGET,
    Authentication: 'OAuth2ClientCredentials',
    tokenServiceURLType: 'Common'
  },
  COMMON_OAuth2TechnicalUserPropagation: {
    ...TARGET,
    URL: 'http://s4.internal:44300',
    ProxyType: 'OnPremise',
    Authentication: 'OAuth2TechnicalUserPropagation',
    tokenServiceURLType: 'Common'
  },
  COMMON_OAuth2Password: {
    ...TARGET,
    Authentication: 'OAuth2Password',
    User: 'tina',
    Password: 'x',
    tokenServiceURLType: 'Common'
  },
  COMMON_OAuth2RefreshToken: {
    ...TARGET,
    Authentication: 'OAuth2RefreshToken',
    tokenServiceURLType: 'Common'
  },
  COMMON: { ...TARGET, Authentication: 'OAuth2ClientCredentials', tokenServiceURLType: 'Common' }
}

const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: undefined }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations,
    tenants: {
      'customer-2': {},
      'customer-1': {
        destinations: { OWN_COMMON: { ...destinations.COMMON, URL: 'https://customer.example' } }
      }
    }
  })
})
afterAll(() => landscape.stop())

describe('a token service for all tenants gives a token of the tenant of the call', () => {
  const types = ['OAuth2ClientCredentials', 'OAuth2TechnicalUserPropagation']
  const strategies = ['alwaysProvider', 'subscriberFirst'] as const
  const callers: [string, Principal | 'tina'][] = [
    ['a technical token', { kind: 'technical', origin: 'token', tenant: 'customer-1' }],
    ['the privileged user', { kind: 'technical', origin: 'privileged', tenant: undefined }],
    ['nobody', { kind: 'anonymous' }],
    ['a named user', 'tina']
  ]
  const cases = types.flatMap((type) =>
    strategies.flatMap((strategy) =>
      callers.map(([who, caller]) => [type, strategy, who, caller] as const)
    )
  )
  const sent = (destination: Awaited<ReturnType<typeof resolveDestination>>) => {
    const { authTokens, headers } = destination
    const header = String(headers?.['SAP-Connectivity-Technical-Authentication'])
    return claimsOf(authTokens?.[0]?.value ?? header.replace('Bearer ', ''))
  }
  test.each(cases)('%s, %s, %s', async (type, selectionStrategy, _, caller) => {
    const { tenant: provider } = await landscape.user('alice')
    const name = `COMMON_${type}`
    for (const tenant of ['customer-1', 'customer-2', undefined, 'customer-1']) {
      const isTina = caller === 'tina'
      if (isTina && tenant === 'customer-2') continue
      const user = isTina ? await landscape.user(tenant ? 'tina' : 'alice') : caller
      const whose = user.kind === 'technical' && user.tenant && !tenant ? user.tenant : tenant
      const options = { selectionStrategy }
      const destination = await resolveDestination(name, user, options, tenant)
      expect(sent(destination)).toMatchObject({ zid: whose ?? provider })
      expect(sent(destination)).not.toHaveProperty('user_name')
    }
  })

  test("alwaysSubscriber: the subscriber's own destination, in its name", async () => {
    const options = { selectionStrategy: 'alwaysSubscriber' } as const
    const own = await resolveDestination('OWN_COMMON', TECHNICAL, options, 'customer-1')
    expect(sent(own).zid).toBe('customer-1')
    const attempt = resolveDestination('COMMON', TECHNICAL, options, 'customer-1')
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_DESTINATION_NOT_FOUND' })
  })

  describe('a refresh token', () => {
    const NAME = 'COMMON_OAuth2RefreshToken'
    const alwaysProvider = { selectionStrategy: 'alwaysProvider' } as const

    /** As the log-on page of a tenant gives one. */
    const refreshTokenOf = async (username: string, host: string) => {
      const form = { grant_type: 'password', username }
      const { body } = await requestToken(landscape.emulator, form, { host: `${host}.localhost` })
      return { ...alwaysProvider, refreshToken: String(body.refresh_token) }
    }

    test('gets a token of its user in the tenant of the call', async () => {
      const options = await refreshTokenOf('tina', 'customer-1')
      const destination = await resolveDestination(NAME, TECHNICAL, options, 'customer-1')
      expect(sent(destination)).toMatchObject({ user_name: 'tina', zid: 'customer-1' })
      const { calls } = await landscape.calls(() =>
        resolveDestination(NAME, TECHNICAL, options, 'customer-1')
      )
      expect(calls['technical'] ?? 0).toBe(0) // it is kept
    })

    test.each(['customer-2', undefined])('of another tenant gets none in %s', async (tenant) => {
      const options = await refreshTokenOf('tina', 'customer-1')
      await resolveDestination(NAME, TECHNICAL, options, 'customer-1') // nor is that one's used
      await expect(resolveDestination(NAME, TECHNICAL, options, tenant)).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE'
      })
    })

    test('of the provider gets its user there, whoever was served before', async () => {
      const [tina, alice] = [
        await refreshTokenOf('tina', 'customer-1'),
        await refreshTokenOf('alice', 'maintenance')
      ]
      await resolveDestination(NAME, TECHNICAL, tina, 'customer-1')
      const { tenant: provider } = await landscape.user('alice')
      const destination = await resolveDestination(NAME, TECHNICAL, alice)
      expect(sent(destination)).toMatchObject({ user_name: 'alice', zid: provider })
    })

    test('is needed', async () => {
      const attempt = resolveDestination(NAME, TECHNICAL, alwaysProvider, 'customer-1')
      await expect(attempt).rejects.toThrow(/No refresh token|refresh token is missing/i)
    })
  })

  test('a user of the destination is looked for in that tenant', async () => {
    const options = { selectionStrategy: 'alwaysProvider' } as const
    const asTina = await resolveDestination(
      'COMMON_OAuth2Password',
      TECHNICAL,
      options,
      'customer-1'
    )
    expect(sent(asTina)).toMatchObject({ user_name: 'tina', zid: 'customer-1' })
    await expect(resolveDestination('COMMON_OAuth2Password', TECHNICAL)).rejects.toThrow(
      /Nothing was sent/
    )
  })

  test('a token service of one tenant is not told any', async () => {
    const options = { selectionStrategy: 'alwaysProvider' } as const
    const { result, calls } = await landscape.calls(async () => [
      await resolveDestination('OAuth2ClientCredentials', TECHNICAL, options, 'customer-1'),
      await resolveDestination('OAuth2ClientCredentials', TECHNICAL, options, 'customer-2')
    ])
    const { tenant: provider } = await landscape.user('alice')
    expect(result.map((each) => sent(each).zid)).toEqual([provider, provider])
    expect(calls['technical'] ?? 0).toBeLessThanOrEqual(1)
  })
})
