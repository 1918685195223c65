import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SAMPLE } from '../../support/sample.js'
import { startIas, type TestIas } from '../ias/test-ias.js'
import { XSAPPNAME } from '../inbound/support/claims.js'
import { userToken } from '../inbound/support/jws.js'
import { startXsuaa, type TestXsuaa } from '../inbound/support/test-xsuaa.js'
import { type Answer, send, type Wire } from '../inbound/support/wire.js'
import { type BoundApp, startPair } from './support/inbound-pair.js'
import { withoutMetadata } from '../../support/challenge.js'

/** A request to both, and how ours differs from stock, by a title of docs/differences.md. */
interface Case {
  readonly title: string
  readonly path: string
  readonly method?: string
  readonly headers?: readonly string[]
  readonly difference?: string
}

const PAGE = readFileSync(join(SAMPLE, 'docs/differences.md'), 'utf8')

/** Of one service: OData, REST, HCQL. */
const ENDPOINTS = ['/twice/whoami()', '/again/twice/whoami()', '/query/twice/whoami']

const WHOAMI = ['/public/whoami()', '/user/whoami()', '/late/whoami()', '/listed/whoami()']
const SERVICES = [...WHOAMI, ...ENDPOINTS, '/things/Things', '/things/Things(1)']
const ROUTES = ['plain', 'before', 'context-and-auth', 'auth', 'late', 'refused'].map(
  (name) => `/routes/${name}`
)
const OTHERS = ['/health', '/nothing', '/public/nothing', '/public/$metadata', '/']

/** What clients send that have no token. */
const NOTHING = [
  ...['', ' ', 'Bearer', 'Bearer ', 'bearer  ', 'Basic', 'Basic '],
  ...['Bearer null', 'Bearer undefined', 'undefined', 'null']
]

const CHANGES = [
  ...['roles', 'list of roles', 'is', 'has', 'new user', 'proxy', 'inherits', 'id', 'no roles'],
  ...['nobody is anything', 'anonymous', 'privileged', 'refuse']
]

const WITHOUT_CONTEXT = 'A route with `auth()` and without `context()` works'

const REFUSED = 'Refused credentials are 401 on routes of an application as well'
const LIST = 'A list of roles can be given to any user'

/** On routes without CAP's error middlewares. */
function differenceOn(path: string, value: string): { difference?: string } {
  if (path === '/routes/auth') return { difference: WITHOUT_CONTEXT }
  const refused = value.trim() && path.startsWith('/routes') && path !== '/routes/plain'
  return refused ? { difference: REFUSED } : {}
}

const withoutUser = [...SERVICES, ...ROUTES, ...OTHERS].flatMap((path): Case[] => [
  { title: `${path} without a header`, path, ...differenceOn(path, '') },
  ...NOTHING.map((value) => ({
    title: `${path} with "Authorization: ${value}"`,
    path,
    headers: [`Authorization: ${value}`],
    ...differenceOn(path, value)
  }))
])

const preflights = [...SERVICES, ...ROUTES, ...OTHERS].map((path): Case => {
  const headers = ['Origin: http://a.example', 'Access-Control-Request-Method: POST']
  return { title: `preflight of ${path}`, path, method: 'OPTIONS', headers }
})

/** Services with a role that the user does not have. */
const OF_OTHERS = /late|twice|listed/

/** True for a 403 of the application's own code, for a user who lacks no role. */
const isOfApplication = (path: string, headers: readonly string[]) =>
  path === '/routes/refused' || (headers.includes('X-Change: refuse') && !OF_OTHERS.test(path))

const tellsRoles = (path: string) => /whoami|Things/.test(path)

const withUser = [...SERVICES, ...ROUTES, ...OTHERS].flatMap((path): Case[] => [
  {
    title: `${path} with a token`,
    path,
    ...(path === '/routes/auth' && { difference: WITHOUT_CONTEXT })
  },
  ...(path.startsWith('/routes') ? [] : CHANGES).map((change) => ({
    title: `${path} with a token, and a user whom a middleware changes: ${change}`,
    path,
    headers: [`X-Change: ${change}`],
    ...(change === 'list of roles' && tellsRoles(path) && { difference: LIST })
  }))
])

/** A user as code of the application sees it. */
interface Seen {
  readonly roles: string[]
}

/** The value that a service has answered with; of other answers nothing but what they say to clients of any kind. */
function outcome({ status, body, headers }: Answer): object {
  const cors = headers['access-control-allow-origin']
  if (status !== 200 || !body.startsWith('{')) return { status, cors }
  const told = JSON.parse(body) as { value?: unknown; data?: unknown; roles?: unknown }
  // OData, HCQL, REST
  const { value = told.data ?? (told.roles ? body : undefined), ...rest } = told
  if (typeof value !== 'string') return { status, value, rest }
  const seen = JSON.parse(value) as Seen
  return { status, seen: { ...seen, roles: seen.roles.filter((role) => role !== 'openid') } }
}

const attributes: [string, object][] = [
  ['lists', { plant: ['1010', '1710'] }],
  ['an empty list', { plant: [] }],
  ['a single text', { company: 'ACME' }],
  ['numbers and booleans', { level: 5, active: false, list: [1, true] }],
  ['null', { plant: null }],
  ['nested claims', { address: { city: 'Ulm', lines: ['a', 'b'] } }],
  ['names with blanks and colons', { 'cost center': ['1'], 'urn:sap:x': 'y' }],
  ['names of claims about the person', { email: ['x'], logonName: ['y'] }],
  ['names of members of objects', { constructor: ['x'], toString: 'y' }]
]

/** Stock loses those for Identity Authentication only. */
const isAttribute = ([name]: [string, object]) => name !== 'names of members of objects'

describe.each(['development', 'production'] as const)('XSUAA, %s', (mode) => {
  let xsuaa: TestXsuaa
  let pair: { stock: BoundApp; own: BoundApp }
  beforeAll(async () => {
    xsuaa = await startXsuaa()
    const { credentials, ca } = xsuaa
    pair = await startPair({ stock: 'xsuaa', credentials, ca, mode })
  })
  afterAll(async () => {
    await Promise.all([pair?.stock.stop(), pair?.own.stop()])
    await xsuaa?.stop()
  })

  async function compare(wire: Wire, difference?: string) {
    const [stock, own] = [await send(pair.stock.url, wire), await send(pair.own.url, wire)]
    if (difference) {
      expect(PAGE).toContain(`### ${difference}\n`)
      expect(outcome(own)).not.toEqual(outcome(stock))
    } else expect(outcome(own)).toEqual(outcome(stock))
    return own
  }

  test.each([...withoutUser, ...preflights])(
    '$title',
    async ({ title: _, difference, ...wire }) => {
      await compare(wire, difference)
    }
  )

  const rows = withUser.filter(({ headers }) => mode === 'production' || !headers)
  test.each(rows)('$title', async ({ title: _, difference, headers = [], ...wire }) => {
    const scope = [`${XSAPPNAME}.Viewer`, 'openid']
    const token = `Authorization: Bearer ${userToken(xsuaa, { scope })}`
    const {
      status,
      body,
      headers: own
    } = await compare({ ...wire, headers: [token, ...headers] }, difference)
    if (status !== 403) return
    expect(withoutMetadata(own['www-authenticate'])).toBe(
      isOfApplication(wire.path, headers) ? undefined : 'Bearer error="insufficient_scope"'
    )
    expect(body).not.toContain('alice')
    expect(body).not.toContain('Late')
  })

  test.each(attributes)('attributes: %s', async (_, values) => {
    const token = userToken(xsuaa, { 'xs.user.attributes': values })
    const headers = [`Authorization: Bearer ${token}`]
    expect((await compare({ path: '/user/whoami()', headers })).status).toBe(200)
  })

  test('a query that is none does not end the process, as it does stock', async () => {
    const headers = [`Authorization: Bearer ${userToken(xsuaa)}`, 'X-Change: roles']
    const status = async (path: string) => (await send(pair.own.url, { path, headers })).status
    expect(await status('/query/twice/')).toBe(400)
    expect(await status('/twice/whoami()')).toBe(200)
  })

  test('the log says which role was missing, of the user as he was then', async () => {
    const token = `Authorization: Bearer ${userToken(xsuaa)}`
    const explained = async (path: string, headers: string[], method = 'GET') => {
      const before = (await pair.own.output()).length
      const { status } = await send(pair.own.url, { path, method, headers: [token, ...headers] })
      const log = (await pair.own.output()).slice(before)
      return { status, explained: log.includes('ERR_ROLE_MISSING') }
    }
    const json = ['Content-Type: application/json']
    expect(await explained('/late/whoami()', [])).toEqual({ status: 403, explained: true })
    expect(await explained('/things/Things', [])).toEqual({ status: 403, explained: true })
    expect(await explained('/listed/whoami()', [])).toEqual({ status: 403, explained: true })
    for (const path of ENDPOINTS) {
      expect([path, await explained(path, [])]).toEqual([path, { status: 403, explained: true }])
    }
    expect(await explained('/late/whoami()', ['X-Change: refuse'])).toMatchObject({ status: 403 })
    // has the role that reads, and nobody may delete
    expect(await explained('/things/Things(1)', ['X-Change: is', ...json], 'DELETE')).toEqual({
      status: 403,
      explained: true
    })
  })
})

describe('Identity Authentication', () => {
  let ias: TestIas
  let pair: { stock: BoundApp; own: BoundApp }
  beforeAll(async () => {
    ias = await startIas()
    const { credentials, ca } = ias
    pair = await startPair({ stock: 'ias', credentials, ca, mode: 'production' })
  })
  afterAll(async () => {
    await Promise.all([pair?.stock.stop(), pair?.own.stop()])
    await ias?.stop()
  })

  test.each([
    ...attributes.filter(isAttribute),
    ['an e-mail address that is not verified', { email_verified: false }],
    ['no names', { given_name: undefined, family_name: '', email: null }]
  ])('attributes: %s', async (_, claims) => {
    const headers = [`Authorization: Bearer ${ias.token({ ...claims })}`]
    const wire = { path: '/user/whoami()', headers }
    const [stock, own] = [await send(pair.stock.url, wire), await send(pair.own.url, wire)]
    expect(stock.status).toBe(200)
    expect(outcome(own)).toEqual(outcome(stock))
  })

  test.each(CHANGES)('a user whom a middleware changes: %s', async (change) => {
    for (const path of SERVICES) {
      const headers = [`Authorization: Bearer ${ias.token()}`, `X-Change: ${change}`]
      const [stock, own] = [
        await send(pair.stock.url, { path, headers }),
        await send(pair.own.url, { path, headers })
      ]
      expect({ path, ...outcome(own) }).toEqual({ path, ...outcome(stock) })
    }
  })
})
