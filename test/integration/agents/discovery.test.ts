import { credentials } from '../../../emulator/test/support/http.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { SUBSCRIBERS, Subscribers } from '../tenants/subscribers.js'
import { Agent } from './agent.js'

const [ACME, GLOBEX] = SUBSCRIBERS
const CALL = "/odata/v4/tenants/call(service='S4',marker='agent')"

let landscape: Subscribers
beforeAll(async () => {
  landscape = await Subscribers.start()
  trust(landscape.emulator.ca)
})
afterAll(() => landscape.stop())

/** The application as clients of a tenant see it. */
const at = (host: string) => landscape.sample.url.replace('localhost', host)

function agent() {
  const { clientid = '', clientsecret = '' } = credentials(landscape.emulator)
  return new Agent(landscape.emulator, { client_id: clientid, client_secret: clientsecret })
}

const seen = async (answer: Response) => {
  const { value } = (await answer.json()) as { value: string }
  const { id, tenant, seen } = JSON.parse(value) as Record<string, Record<string, unknown>>
  return { status: answer.status, id, tenant, subject: seen?.['subject'], whose: seen?.['name'] }
}

test('from the 401 of an OData service to a token, and back', async () => {
  const client = agent()
  const url = at('localhost')
  const { authorizationServer, resource, scopes, authorization } = await client.discover(
    url + CALL,
    'alice'
  )
  expect(authorizationServer).toBe(`${credentials(landscape.emulator)['url']}/oauth/token`)
  expect({ resource, scopes }).toEqual({ resource: `${url}/odata/v4/tenants`, scopes: undefined })
  expect(authorization.searchParams.get('resource')).toBe(resource)
  expect(authorization.searchParams.get('code_challenge_method')).toBe('S256')
  expect(await seen(await client.get(url + CALL))).toEqual({
    ...{ status: 200, id: 'alice', tenant: landscape.provider },
    ...{ subject: 'CN=alice', whose: 'provider' }
  })
})

test.each([
  ['acme', ACME, 'alice'],
  ['globex', GLOBEX, 'bob']
])('%s: the host name leads to the log-on page of the tenant', async (name, tenant, user) => {
  const client = agent()
  const url = at(`${name}.localhost`) + CALL
  const { authorizationServer, authorization } = await client.discover(url, user)
  for (const each of [new URL(authorizationServer), authorization]) {
    expect(each.hostname).toBe(`${name}.localhost`)
  }
  expect(await seen(await client.get(url))).toEqual({
    ...{ status: 200, id: user, tenant },
    ...{ subject: `CN=${user}`, whose: tenant }
  })
})

test('a token that is not accepted leads to the same place', async () => {
  const answer = await fetch(at('localhost') + CALL, { headers: { authorization: 'Bearer a.b.c' } })
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer error="invalid_token", resource_metadata="${at('localhost')}/.well-known/oauth-protected-resource/odata/v4/tenants"`
  )
})

test('a token of another application is refused: it is not passed through', async () => {
  const claims = {
    aud: ['other!t2'],
    cid: 'sb-other!t2',
    azp: 'sb-other!t2',
    client_id: 'sb-other!t2'
  }
  const token = await landscape.emulator.issueToken({
    user: 'alice',
    claims: { ...claims, scope: ['other!t2.Use'] }
  })
  const before = landscape.emulator.requests('connectivity').length
  const { status } = await landscape.with(token).get(CALL)
  expect(status).toBe(401)
  await landscape.sample.printed(/ERR_TOKEN_AUDIENCE/)
  expect(landscape.emulator.requests('connectivity')).toHaveLength(before)
})
