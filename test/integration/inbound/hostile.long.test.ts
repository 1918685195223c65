import { Clock } from '../oidc/clock.js'
import { describeGenerated } from './generated.js'
import { describeSequences } from './sequences.js'
import { type Case, identityOf, bearer, prove } from './support/case.js'
import { type InboundApp, MODES, startApp } from './support/inbound-app.js'
import { userToken } from './support/jws.js'
import { startXsuaa, type TestXsuaa } from './support/test-xsuaa.js'
import { send } from './support/wire.js'
import { addressee } from './tables/addressee.js'
import { algorithm } from './tables/algorithms.js'
import { answers } from './tables/answers.js'
import { userAttributes } from './tables/attributes.js'
import { claims } from './tables/claims.js'
import { format } from './tables/format.js'
import { headers } from './tables/header.js'
import { http } from './tables/http.js'
import { identity } from './tables/identity.js'
import { content } from './tables/json.js'
import { places } from './tables/places.js'
import { role } from './tables/scopes.js'
import { lifetime } from './tables/times.js'

/** What a tenant id is made of: anything else is refused before a key is asked for. */
const TENANT = /^[\w.-]{1,64}$/

const TABLES: Record<string, Case[]> = {
  format,
  content,
  algorithm,
  headers,
  claims,
  addressee,
  lifetime,
  role,
  identity,
  userAttributes,
  http,
  places,
  answers
}

describe.each(MODES)('%s', (mode) => {
  let xsuaa: TestXsuaa
  let app: InboundApp
  const clock = new Clock()
  beforeAll(async () => {
    xsuaa = await startXsuaa()
    app = await startApp({ mode, xsuaa, env: clock.env })
  })
  afterAll(async () => {
    await app?.stop()
    await xsuaa?.stop()
    clock.remove()
  })

  describe.each(Object.entries(TABLES))('%s', (_, table) => {
    test.each(table)('$id $name', (row) => prove(app, xsuaa, row))
  })

  describe('sequences', () => {
    describeSequences(() => ({ app, xsuaa, clock }))
  })

  describe('generated', () => {
    describeGenerated(() => ({ app, xsuaa, clock }))
  })

  test('afterwards a good token is accepted, and the process is the same', async () => {
    const answer = await send(app.url, bearer(userToken(xsuaa)))
    expect(identityOf(answer)).toMatchObject({ id: 'alice' })
    expect(app.isRunning()).toBe(true)
  })

  test('nothing but the key set was asked for', () => {
    expect(xsuaa.requests.filter((path) => !isKeySet(path))).toEqual([])
  })

  test('no token, no claim and no control character was printed', async () => {
    const printed = await app.output()
    // with what stands in front of it, to tell where
    const tokens = printed.match(/.{0,40}eyJ[\w-]{20}/g) ?? []
    expect([...new Set(tokens.map((each) => each.slice(0, -23)))]).toEqual([])
    expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(printed).not.toContain('Set-Cookie')
    // CAP's own lines may name the tenant and headers of a request
    const refusals = printed.split('\n').filter((line) => line.includes('ERR_'))
    expect(refusals).not.toEqual([])
    // clients, audiences and tenants may be named, and hosts of issuers; users and paths of foreign issuers not
    const claim = ['alice', 'mallory', 'bob', 'evil.example/']
    expect(refusals.filter((line) => claim.some((each) => line.includes(each)))).toEqual([])
  })
})

/** The path, and at most the tenant as one encoded value: whatever a token claims, it can't become more than that. */
function isKeySet(path: string): boolean {
  const { pathname, searchParams } = new URL(path, 'https://localhost')
  const tenantOnly = [...searchParams].every(
    ([name, tenant]) => name === 'zid' && TENANT.test(tenant)
  )
  return pathname === '/token_keys' && tenantOnly
}
