import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const TARGET = { URL: 'https://base.example', clientId: 'sb-maintenance!t1' }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: {
      USER: { ...TARGET, Authentication: 'OAuth2JWTBearer' },
      TECHNICAL: { ...TARGET, Authentication: 'OAuth2ClientCredentials' },
      PLAIN: TARGET
    },
    fragments: {
      one: { URL: 'https://one.example', 'URL.headers.plant': '1010' },
      two: { URL: 'https://two.example', 'URL.queries.sap-language': 'DE' },
      readable: { URL: 'http://readable.example' },
      'as-user': { Authentication: 'OAuth2JWTBearer' }
    },
    tenants: {
      'customer-1': {
        destinations: { OWN: { ...TARGET, Authentication: 'OAuth2JWTBearer' } },
        fragments: { own: { URL: 'https://own.example' } }
      }
    }
  })
})
afterAll(() => landscape.stop())

const resolve = async (name: string, options: DestinationOptions, user = 'alice') =>
  resolveDestination(name, await landscape.user(user), options)

test.each<[string, DestinationOptions, object]>([
  ['no fragment', {}, { url: 'https://base.example' }],
  [
    'one fragment',
    { fragmentName: 'one' },
    { url: 'https://one.example', headers: { plant: '1010' } }
  ],
  ['a list of one', { fragmentName: ['one'] }, { url: 'https://one.example' }],
  [
    'several, of which the last one counts',
    { fragmentName: ['one', 'two'] },
    {
      url: 'https://two.example',
      headers: { plant: '1010' },
      queryParameters: { 'sap-language': 'DE' }
    }
  ],
  ['several in another order', { fragmentName: ['two', 'one'] }, { url: 'https://one.example' }],
  [
    'an optional one that is there',
    { fragmentName: 'one', fragmentOptional: true },
    { url: 'https://one.example' }
  ],
  [
    'an optional one that is not there',
    { fragmentName: 'three', fragmentOptional: true },
    { url: 'https://base.example' }
  ]
])('%s', async (_, options, expected) => {
  for (const name of ['USER', 'TECHNICAL', 'PLAIN']) {
    expect(await resolve(name, options)).toMatchObject(expected)
  }
  const { authTokens } = await resolve('USER', options)
  expect(claimsOf(authTokens?.[0]?.value ?? '').user_name).toBe('alice')
})

test.each<[string | string[], RegExp]>([
  ['three', /"PLAIN" with fragment "three"/],
  [['one', 'three'], /"PLAIN" with fragment "one","three"/],
  ['own', /"own"/]
])('a fragment that is not there (%j) is no destination', async (fragmentName, message) => {
  await expect(resolve('PLAIN', { fragmentName })).rejects.toMatchObject({
    code: 'ERR_DESTINATION_NOT_FOUND',
    message: expect.stringMatching(message) as string
  })
})

test('fragments are those of the tenant of the user', async () => {
  const { url } = await resolve('OWN', { fragmentName: 'own' }, 'tina')
  expect(url).toBe('https://own.example')
  await expect(resolve('OWN', { fragmentName: 'one' }, 'tina')).rejects.toMatchObject({
    code: 'ERR_DESTINATION_NOT_FOUND'
  })
})

test('configurations and tokens are kept for each combination of fragments', async () => {
  const combinations: DestinationOptions[] = [
    { fragmentName: 'readable', fragmentOptional: true },
    { fragmentName: ['two'] },
    { fragmentName: ['as-user'] }
  ]
  const user = await landscape.user('bob')
  for (const options of combinations) {
    await resolveDestination('TECHNICAL', user, options)
    const { calls } = await landscape.calls(() => resolveDestination('TECHNICAL', user, options))
    expect(calls).toEqual({})
  }
  const other = await landscape.calls(() =>
    resolveDestination('USER', user, { fragmentName: ['as-user', 'one'] })
  )
  expect(other.result.url).toBe('https://one.example')
  expect(other.calls).toEqual({ none: 1, user: 1 })
})

test('what a fragment makes of a destination is checked before any token of it is asked for', async () => {
  const { calls } = await landscape.calls(async () => {
    await expect(resolve('USER', { fragmentName: 'readable' })).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('https') as string
    })
    const technical = { kind: 'technical', origin: 'token', tenant: undefined } as const
    await expect(
      resolveDestination('PLAIN', technical, { fragmentName: 'as-user' })
    ).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
  })
  expect(Object.keys(calls).sort()).toEqual(['none'])
})

test.each<[DestinationOptions]>([[{ fragmentName: 'one' }], [{ level: 'subaccount' }]])(
  'a destination of the environment has none of %j',
  async (options) => {
    process.env['destinations'] = JSON.stringify([{ name: 'ENV', url: 'https://env.example' }])
    try {
      await expect(resolve('ENV', options)).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE'
      })
    } finally {
      delete process.env['destinations']
    }
  }
)

describe('a level', () => {
  test.each<[string, string, DestinationOptions, string | undefined]>([
    ['alice', 'USER', { level: 'subaccount' }, 'https://base.example'],
    ['alice', 'USER', { level: 'provider_subaccount' }, 'https://base.example'],
    ['alice', 'USER', { level: 'instance' }, undefined],
    ['tina', 'OWN', { level: 'subaccount' }, 'https://base.example'],
    ['tina', 'OWN', { level: 'provider_subaccount' }, undefined],
    ['tina', 'USER', { level: 'subaccount' }, undefined],
    ['tina', 'USER', { level: 'provider_subaccount' }, 'https://base.example'],
    ['tina', 'USER', { level: 'provider_instance' }, undefined],
    ['tina', 'USER', { level: 'provider_subaccount', fragmentName: 'one' }, 'https://one.example'],
    [
      'alice',
      'USER',
      { level: 'subaccount', fragmentName: 'one@provider_subaccount' },
      'https://one.example'
    ]
  ])('for %s and %s is the only one: %j', async (user, name, options, url) => {
    if (url) {
      const found = await resolve(name, options, user)
      expect(found.url).toBe(url)
      expect(claimsOf(found.authTokens?.[0]?.value ?? '').user_name).toBe(user)
      return
    }
    await expect(resolve(name, options, user)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_NOT_FOUND',
      message: expect.stringContaining(`on level "${options.level}"`) as string
    })
  })

  test("a subscriber's own resources are not mixed with others", async () => {
    const options = { level: 'provider_subaccount', fragmentName: 'own@subaccount' } as const
    await expect(resolve('USER', options, 'tina')).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE'
    })
  })
})
