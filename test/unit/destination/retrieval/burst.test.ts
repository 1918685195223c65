import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { Landscape } from '../support/landscape.js'

const JWT_BEARER = {
  URL: 'https://backend.example',
  Authentication: 'OAuth2JWTBearer',
  clientId: 'sb-maintenance!t1'
}
const S4 = {
  URL: 'http://s4.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}

let landscape: Landscape
beforeEach(async () => {
  landscape = await Landscape.start({ destinations: { JWT_BEARER, S4 } })
})
afterEach(() => landscape.stop())

async function burst(name: string, ...users: string[]) {
  const principals = await Promise.all(users.map((user) => landscape.user(user)))
  return landscape.calls(() =>
    Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        resolveDestination(name, principals[i % principals.length]!)
      )
    )
  )
}

/** Of each bound service, at once: the one on the way to systems on premise is fetched before it is known to be needed. */
const SERVICE_TOKENS = {
  'client_credentials destination': 1,
  'client_credentials connectivity': 1
}

test('100 first requests of one user: 1 token for each service, 1 look-up, 1 exchange', async () => {
  const { calls } = await burst('JWT_BEARER', 'alice')
  expect(calls).toEqual({ ...SERVICE_TOKENS, none: 1, user: 1 })
})

test('100 first requests of two users: one exchange for each, the rest is shared', async () => {
  const { calls, result } = await burst('JWT_BEARER', 'alice', 'bob')
  expect(calls).toEqual({ ...SERVICE_TOKENS, none: 1, user: 2 })
  const tokens = new Set(result.map(({ authTokens }) => authTokens?.[0]?.value))
  expect(tokens.size).toBe(2)
})

test('100 first requests on premise: 1 token for each service, 1 look-up', async () => {
  const { calls, result } = await burst('S4', 'alice')
  expect(calls).toEqual({ ...SERVICE_TOKENS, none: 1 })
  expect(result[99]?.proxyConfiguration?.headers).toMatchObject({
    'SAP-Connectivity-Authentication': expect.stringMatching(/^Bearer ey/)
  })
})

test('afterwards nothing is asked again, until somebody wants it fresh', async () => {
  const alice = await landscape.user('alice')
  await resolveDestination('JWT_BEARER', alice)
  expect((await landscape.calls(() => resolveDestination('JWT_BEARER', alice))).calls).toEqual({})
  const fresh = () => resolveDestination('JWT_BEARER', alice, { useCache: false })
  expect((await landscape.calls(fresh)).calls).toEqual({ none: 1, user: 1 })
})

test('a failed burst is one failure, and the next try is a new one', async () => {
  const { emulator } = landscape
  const alice = await landscape.user('alice')
  const attempt = () => resolveDestination('JWT_BEARER', alice)
  await emulator.stop()
  const results = await Promise.allSettled(Array.from({ length: 100 }, attempt))
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']))
  await expect(attempt()).rejects.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
})
