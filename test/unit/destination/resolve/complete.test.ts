import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../support/landscape.js'

const SYSTEM = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }
const BASIC = { ...SYSTEM, Authentication: 'BasicAuthentication', User: 'u', Password: 'p' }
const FIXED = { 'URL.headers.Authorization': 'Bearer of-somebody' }
const API = { URL: 'https://api.example', clientId: 'sb-maintenance!t1' }
const TECHNICAL: Principal = { kind: 'technical', origin: 'privileged', tenant: undefined }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: {
      BASIC,
      FIXED: { ...API, Authentication: 'OAuth2JWTBearer', ...FIXED },
      FIXED_TECHNICAL: { ...API, Authentication: 'OAuth2ClientCredentials', ...FIXED },
      NO_PASSWORD: { ...API, Authentication: 'BasicAuthentication', User: 'u' },
      NO_KEY_STORE: {
        ...API,
        Authentication: 'ClientCertificateAuthentication',
        KeyStoreLocation: 'gone.pem'
      }
    },
    tenants: { 'customer-1': { destinations: { BASIC } } }
  })
})
afterAll(() => landscape.stop())

test.each([
  ['subaccount', 'customer-1'],
  ['provider_subaccount', undefined]
] as const)(
  'a technical destination of level %s goes through the Cloud Connector of its tenant',
  async (level, tenant) => {
    const { tenant: provider } = await landscape.user('alice')
    const resolved = await resolveDestination('BASIC', TECHNICAL, { level }, 'customer-1')
    const { 'Proxy-Authorization': proxy = '' } = resolved.proxyConfiguration?.headers ?? {}
    expect(claimsOf(proxy.slice(7)).zid).toBe(tenant ?? provider)
  }
)

test('a header in place of the token of the user is refused before a token is fetched', async () => {
  const alice = await landscape.user('alice')
  const { calls } = await landscape.calls(() =>
    expect(resolveDestination('FIXED', alice)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('has a header "authorization" of its own') as string
    })
  )
  expect(calls).not.toHaveProperty('user')
  const { headers } = await resolveDestination('FIXED_TECHNICAL', alice)
  expect(headers).toEqual({ Authorization: 'Bearer of-somebody' })
})

test.each([
  ['NO_PASSWORD', /no User or no Password/],
  ['NO_KEY_STORE', /KeyStoreLocation "gone\.pem", and there is no such key store/]
])('%s has no credentials: the error has a code, and names what is missing', async (name, text) => {
  await expect(resolveDestination(name, TECHNICAL)).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringMatching(text) as string
  })
})
