import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
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

  test('a user of the destination, and a refresh token, are looked for in that tenant', async () => {
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
