import type { ApplicationRouter } from '../../../emulator/src/index.js'
import { claimsOf, IdentityLandscape, SUBSCRIBER, throughRouter } from './identity-landscape.js'

const SERVICES = ['identity', 'destination', 'connectivity']
const RENAME = '/odata/v4/change/rename'

let landscape: IdentityLandscape
let both: ApplicationRouter
let only: ApplicationRouter
let withoutExchange: ApplicationRouter

beforeAll(async () => {
  landscape = await IdentityLandscape.start()
  ;[both, only, withoutExchange] = await Promise.all([
    landscape.serve([...SERVICES, 'xsuaa']),
    landscape.serve(SERVICES),
    landscape.serve(SERVICES, false)
  ])
})
afterAll(() => landscape.stop())

const rename = (router: ApplicationRouter, token: string, id = '10000000') =>
  throughRouter(landscape.emulator, router, { token, path: RENAME, body: { id, name: `by ${id}` } })

async function whoami(router: ApplicationRouter, token: string) {
  const { status, body } = await throughRouter(landscape.emulator, router, { token })
  return { status, ...(status === 200 && (JSON.parse(body.value) as object)) }
}

describe.each([
  ['next to XSUAA', () => both],
  ['alone', () => only]
])('Identity Authentication, %s', (_, router) => {
  test('a user who logs on there is the user of the request', async () => {
    const token = await landscape.logOn('alice')
    const { sub, app_tid } = claimsOf(token)
    expect(await whoami(router(), token)).toMatchObject({ status: 200, id: sub, tenant: app_tid })
  })

  test("alice's change is ALICE's in S/4, bob's is BOB's", async () => {
    for (const name of ['alice', 'bob', 'alice']) {
      const token = await landscape.logOn(name)
      const { result, entries } = await landscape.recorded(() => rename(router(), token))
      expect(result.status).toBe(200)
      const writes = entries.filter(({ method }) => method !== 'GET' && method !== 'HEAD')
      expect(writes.length).toBeGreaterThan(0)
      for (const { user, subject } of entries) {
        expect({ user, subject }).toEqual({ user: name.toUpperCase(), subject: `CN=${name}` })
      }
    }
  })

  test("a subscriber's user is another one of the same name, and comes from there", async () => {
    const token = await landscape.logOn('bob', SUBSCRIBER)
    const { sub } = claimsOf(token)
    expect(sub).not.toBe(claimsOf(await landscape.logOn('bob')).sub)
    expect(await whoami(router(), token)).toMatchObject({ id: sub, tenant: SUBSCRIBER })
    const { result, entries } = await landscape.recorded(() => rename(router(), token))
    expect(result.status).toBe(200)
    expect(new Set(entries.map(({ user }) => user))).toEqual(new Set(['BOB']))
  })

  test('what XSUAA does not exchange goes nowhere', async () => {
    const ias = { issuer: 'ias', user: 'alice' } as const
    const { aud } = claimsOf(await landscape.logOn('alice'))
    // as without "xsuaa-cross-consumption"
    const claims = { aud: aud[0] }
    const token = await landscape.emulator.issueToken({ ...ias, claims })
    expect(await whoami(router(), token)).toMatchObject({ status: 200 })
    const { result, entries } = await landscape.recorded(() => rename(router(), token))
    expect(result.status).toBeGreaterThanOrEqual(500)
    expect(entries).toEqual([])
  })

  test('technical tokens, with the APIs that the caller consumes', async () => {
    const { emulator } = landscape
    const own = await emulator.issueToken({ issuer: 'ias' })
    expect(await whoami(router(), own)).toMatchObject({ id: 'system', system: true, reads: false })
    const orders = await emulator.issueToken({ issuer: 'ias', client: 'orders' })
    expect(await whoami(router(), orders)).toMatchObject({ id: 'system', reads: true })
    const { entries } = await landscape.recorded(async () => {
      expect((await rename(router(), own)).status).toBeGreaterThanOrEqual(400)
    })
    expect(entries).toEqual([])
  })

  test.each([
    ['for another application', { aud: 'x' }, [401]],
    ['of a tenant that has not subscribed', { app_tid: 'stranger' }, [401]],
    // right after the one before, keys that are not known are not asked for
    ['of a client that is not there', { azp: 'stranger' }, [401, 503]]
  ])('%s is refused', async (_name, claims, refusals) => {
    const { emulator } = landscape
    const token = await emulator.issueToken({ issuer: 'ias', user: 'alice', claims })
    expect(refusals).toContain((await whoami(router(), token)).status)
  })
})

test('without the exchange the Cloud Connector sees the user of Identity Authentication', async () => {
  const token = await landscape.logOn('alice')
  const { result, entries } = await landscape.recorded(() => rename(withoutExchange, token))
  // nobody in S/4 is called like her e-mail address: that takes another subject pattern, or the exchange
  expect(result.status).toBeGreaterThanOrEqual(400)
  expect(entries.map(({ subject, user }) => ({ subject, user }))).toEqual(
    entries.map(() => ({ subject: 'CN=alice@example.com', user: null }))
  )
  expect(entries.length).toBeGreaterThan(0)
})

test('a token of XSUAA that lasts too short a time is got in exchange once more', async () => {
  const { emulator } = landscape
  const router = await landscape.serve(SERVICES, true, { minTokenLifetime: 300 })
  // the tokens of the services are there before an answer for a user is put in line
  expect((await rename(router, await landscape.logOn('bob'))).status).toBe(200)
  const token = await landscape.logOn('alice')
  const access_token = await emulator.issueToken({ user: 'alice', expiresIn: 150 })
  emulator.enqueue('xsuaa/token', { body: { access_token, token_type: 'bearer', expires_in: 150 } })
  const { result, entries } = await landscape.recorded(() => rename(router, token))
  expect(result.status).toBe(200)
  expect(new Set(entries.map(({ user }) => user))).toEqual(new Set(['ALICE']))
})

test('both at once: users of XSUAA are still who they were', async () => {
  const token = await landscape.emulator.issueToken({ user: 'bob' })
  expect(await whoami(both, token)).toMatchObject({ status: 200, id: 'bob' })
  const { result, entries } = await landscape.recorded(() => rename(both, token))
  expect(result.status).toBe(200)
  expect(new Set(entries.map(({ user }) => user))).toEqual(new Set(['BOB']))
  expect((await whoami(only, token)).status).toBe(401)
})
