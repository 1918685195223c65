import { claimsOf, credentials, requestToken, send } from '../../../emulator/test/support/http.js'
import { call, request, S4, SUBSCRIBERS, Subscribers } from './subscribers.js'

const [ACME, GLOBEX] = SUBSCRIBERS
const CALLS = 100

let landscape: Subscribers
beforeAll(async () => {
  landscape = await Subscribers.start()
})
afterAll(() => landscape.stop())

/** Requests to the backends of all tenants, by tenant. */
async function audits() {
  const { emulator } = landscape
  const of = async (tenant?: string) =>
    (await emulator.system(S4, tenant).audit()).map(({ path }) => path)
  return { provider: await of(), acme: await of(ACME), globex: await of(GLOBEX) }
}

test("a tenant's tokens are its own: issuer, zone and subdomain", async () => {
  const claims = claimsOf(await landscape.token('alice', ACME))
  expect(claims).toMatchObject({ zid: ACME, ext_attr: { zdn: 'acme', subaccountid: ACME } })
  expect(new URL(claims.iss).hostname).toBe('acme.localhost')
  const other = claimsOf(await landscape.token('alice', GLOBEX))
  expect(other).toMatchObject({ user_name: 'alice', zid: GLOBEX })
  expect(other.user_id).not.toBe(claims.user_id)
})

test('one user of each tenant: own destination, own Cloud Connector, own backend', async () => {
  for (const tenant of [undefined, ACME, GLOBEX]) {
    const whose = tenant ?? 'provider'
    const alice = await landscape.as('alice', tenant)
    const { id, tenant: own, seen } = await call(alice, 'S4', 'single')
    expect({ id, own }).toEqual({ id: 'alice', own: tenant ?? landscape.provider })
    expect(seen).toMatchObject({ name: whose, subject: 'CN=alice', headers: { 'x-whose': whose } })
  }
})

describe('interleaved', () => {
  const principals = [
    ['alice', undefined],
    ['alice', ACME],
    ['alice', GLOBEX],
    ['bob', ACME],
    ['bob', GLOBEX]
  ] as const

  test(`${CALLS} calls to S/4: destination, backend and connection are the caller's`, async () => {
    const clients = await Promise.all(
      principals.map(([user, tenant]) => landscape.as(user, tenant))
    )
    const before = landscape.emulator.requests('connectivity').length
    const outcomes = await Promise.all(
      Array.from({ length: CALLS }, (_, i) => {
        const whose = i % principals.length
        const [user, tenant = 'provider'] = principals[whose]!
        return call(clients[whose]!, 'S4', `${tenant}-${user}-${i}`)
      })
    )
    for (const [i, { id, seen }] of outcomes.entries()) {
      const [user, tenant = 'provider'] = principals[i % principals.length]!
      expect({ id, name: seen['name'], subject: seen['subject'] }).toEqual({
        id: user,
        name: tenant,
        subject: `CN=${user}`
      })
      expect(seen.headers?.['x-whose']).toBe(tenant)
      expect(seen['path']).toContain(`${tenant}-${user}-${i}`)
    }
    const connections = new Map<number | undefined, Set<string>>()
    for (const { connection, path } of landscape.emulator.requests('connectivity').slice(before)) {
      const caller = /whoami\/(.*)-\d+$/.exec(path)?.[1] ?? path
      connections.set(connection, (connections.get(connection) ?? new Set()).add(caller))
    }
    for (const callers of connections.values()) expect(callers.size).toBe(1)
  })

  test(`${CALLS} calls with an exchanged token: the backend sees the caller's tenant and user`, async () => {
    landscape.backend.calls.length = 0
    const clients = await Promise.all(
      principals.map(([user, tenant]) => landscape.as(user, tenant))
    )
    const outcomes = await Promise.all(
      Array.from({ length: CALLS }, (_, i) =>
        call(clients[i % principals.length]!, 'EXCHANGE', `${i}`)
      )
    )
    for (const [i, { seen }] of outcomes.entries()) {
      const [user, tenant = landscape.provider] = principals[i % principals.length]!
      expect(seen).toMatchObject({ user, tenant, path: expect.stringMatching(`/${i}$`) })
    }
    expect(landscape.backend.calls).toHaveLength(CALLS)
  })
})

describe("the provider's destination is not a subscriber's", () => {
  test.each([
    'PROVIDER_ONLY',
    'PROVIDER_EXCHANGE',
    'PROVIDER_TECHNICAL',
    // with the selection strategy "subscriberFirst"
    'PROVIDER_ONLY_TOO',
    'PROVIDER_EXCHANGE_TOO'
  ])('%s', async (service) => {
    const ours = await call(await landscape.as('alice'), service, 'ours')
    expect(ours.seen).not.toHaveProperty('code')
    const before = await audits()
    landscape.backend.calls.length = 0
    const { seen } = await call(await landscape.as('alice', ACME), service, 'theirs')
    expect(seen).toMatchObject({ code: 'ERR_DESTINATION_NOT_FOUND' })
    expect(await audits()).toEqual(before)
    expect(landscape.backend.calls).toEqual([])
  })
})

describe('another tenant in the token', () => {
  test('changed after it was signed: 401', async () => {
    const token = await landscape.token('alice', ACME)
    const [header, , signature] = token.split('.')
    const claims = { ...claimsOf(token), zid: GLOBEX }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature]
    const { status } = await request(landscape.with(forged.join('.')), 'S4', 'forged')
    expect(status).toBe(401)
  })

  test('of a tenant that has not subscribed: 401', async () => {
    const claims = { zid: 'stranger' }
    const token = await landscape.emulator.issueToken({ user: 'alice', claims })
    const { status } = await request(landscape.with(token), 'S4', 'stranger')
    expect(status).toBe(401)
  })

  test('zone and issuer of two tenants: no backend is reached', async () => {
    const { iss } = claimsOf(await landscape.token('alice', ACME))
    const claims = { zid: GLOBEX, iss }
    const token = await landscape.emulator.issueToken({ user: 'alice', tenant: ACME, claims })
    const before = await audits()
    landscape.backend.calls.length = 0
    for (const service of ['S4', 'EXCHANGE']) {
      const { seen } = await call(landscape.with(token), service, 'mixed')
      expect(seen).toHaveProperty('message')
    }
    expect(await audits()).toEqual(before)
    expect(landscape.backend.calls).toEqual([])
  })

  test('at XSUAA: no token, exchange or refresh in another zone', async () => {
    const { emulator } = landscape
    const assertion = await landscape.token('alice', ACME)
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const host = { host: 'globex.localhost' }
    const attempts = [{ 'x-zid': GLOBEX }, host].map((headers) =>
      requestToken(emulator, { grant_type, assertion }, headers)
    )
    for (const { status } of await Promise.all(attempts)) expect(status).toBe(401)
    const own = await requestToken(emulator, { grant_type, assertion }, { 'x-zid': ACME })
    expect(claimsOf(own.body.access_token)).toMatchObject({ zid: ACME, user_name: 'alice' })
  })

  test('a subdomain that nobody has is refused', async () => {
    const form = { grant_type: 'password', username: 'alice' }
    const { url, ca } = landscape.emulator
    const headers = {
      host: 'stranger.localhost',
      'content-type': 'application/x-www-form-urlencoded'
    }
    const { clientid: client_id, clientsecret: client_secret } = credentials(landscape.emulator)
    const body = new URLSearchParams({ ...form, client_id, client_secret } as never).toString()
    // nobody has a certificate for that name
    const options = { method: 'POST', ca, headers, body, servername: 'localhost' }
    const { status, body: answer } = await send(`${url}/oauth/token`, options)
    expect({ status, error: answer.error }).toEqual({ status: 400, error: 'invalid_request' })
  })
})
