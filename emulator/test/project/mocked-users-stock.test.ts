import cds from '@sap/cds'

import { createLandscape, type Landscape, logOn } from '../../src/landscape/landscape.js'
import { landscapeOf, mergedUsers } from '../../src/project/project-options.js'
import { claimsFor } from '../../src/xsuaa/claims.js'
import { identityOf } from '../../../src/user/identity.js'
import { featuresOfMocked } from '../../../src/user/mocked-features.js'
import { xsuaaProfile } from '../../../src/user/xsuaa-profile.js'
import { muteConsole } from '../../../test/support/console.js'

muteConsole('warn')

type Requires = Record<string, { users?: object; tenants?: object } | undefined>
const requires = cds.env.requires as unknown as Requires & { kinds: Requires }
const before = { auth: requires.auth, multitenancy: requires.multitenancy }
afterAll(() => Object.assign(requires, before))
const defaults = () =>
  structuredClone(requires.kinds['mocked-auth']) as { users: object; tenants: object }

/** Who is logged on, in a form in which CAP's and this package's users can be compared. */
interface Seen {
  id: string
  tenant: string | undefined
  roles: string[]
  attr: Record<string, string[]>
  features: unknown
}

/** Logs on at CAP's own middleware, with `users` merged as CAP merges its configuration. */
async function stock(users: object, [name, password = '']: string[]): Promise<Seen | undefined> {
  const { tenants } = defaults()
  const merged = structuredClone(mergedUsers(users as never, defaults().users as never))
  requires.auth = { kind: 'mocked', users: merged, tenants } as never
  delete (cds as { requires?: unknown }).requires
  const middleware = (cds.middlewares as never as Record<string, () => Middleware>).auth!()
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  cds.context = {} as never
  const passed = await new Promise<boolean>((done) => {
    const res = { set: () => res, sendStatus: () => done(false) }
    void middleware({ headers: { authorization }, res }, res, () => done(true))
  })
  const { user } = cds.context as cds.EventContext
  if (!passed) return undefined
  const { features, tenant } = user as { features?: unknown; tenant?: string }
  return seen({ id: user.id, tenant, roles: user.roles, attr: user.attr, features })
}

type Middleware = (req: object, res: object, next: () => void) => unknown

/** By the project's configuration. */
const landscapes = new Map<string, Landscape>()

/** Logs on at the emulated XSUAA, and reads the user from the token. */
function ours(users: object, [name = '', password = '']: string[]): Seen | undefined {
  const { tenants } = defaults()
  const project = { auth: { users }, multitenancy: requires.multitenancy }
  const options = landscapeOf('/nowhere', project as never, defaults().users as never)
  const key = JSON.stringify(project)
  const landscape = landscapes.get(key) ?? createLandscape(options)
  landscapes.set(key, landscape)
  const user = logOn(landscape, name)
  if (!user || (user.password && user.password !== password)) return undefined
  const { clients } = landscape
  const payload = claimsFor(landscape, clients.xsuaa, user)
  const { id: clientid, appId: xsappname } = clients.xsuaa as { id: string; appId?: string }
  const profile = xsuaaProfile({ clientid, xsappname: xsappname ?? nameOf(landscape) } as never)
  const identity = identityOf(
    { payload, tenant: payload.zid, expiresAt: 1, issuer: {} } as never,
    profile
  )
  const own = identity.tenant === landscape.tenant ? undefined : identity.tenant
  const merged = mergedUsers(users as never, defaults().users as never)
  const features = featuresOfMocked({ users: merged, tenants } as never, [identity.userId], own)
  return seen({
    id: identity.userId,
    tenant: own,
    roles: identity.roles,
    attr: identity.attributes,
    features
  })
}

function nameOf({ clients }: Landscape): string {
  return clients.xsuaa.id.replace(/^sb-/, '')
}

/** Personal data that tokens have of everybody, and shapes that are lists in tokens. */
function seen({ id, tenant, roles, attr, features }: Record<string, unknown>): Seen {
  const names = Array.isArray(roles) ? roles : Object.keys(roles ?? {})
  const personal = ['logonName', 'givenName', 'familyName', 'email']
  const lists = Object.entries(attr ?? {}).map(([key, value]) => [key, [value].flat().map(String)])
  return {
    id: String(id),
    tenant: tenant as string | undefined,
    roles: (names as string[]).filter((role) => !/^(system|internal)-user$/.test(role)).sort(),
    attr: Object.fromEntries(
      lists.filter(([key]) => !personal.includes(key as string))
    ) as Seen['attr'],
    features
  }
}

/** Own users: every property of CAP's, in every shape. */
const USERS: Record<string, object> = {
  none: {},
  'roles as a list': { alice: { roles: ['Viewer', 'Admin'] } },
  'roles as an object': { alice: { roles: { Viewer: 1, Admin: true } } },
  'no roles': { alice: { roles: [] } },
  attributes: { alice: { attr: { plant: ['1010', '1020'], level: 5, flag: false } } },
  'a tenant of its own': { alice: { tenant: 't2' } },
  'a password': { alice: { password: 'secret' } },
  'a text as password': { alice: 'secret' },
  'an empty password': { alice: { password: '' } },
  'an id': { al: { id: 'alice@example.com', roles: ['Viewer'] } },
  'an ID': { al: { ID: 'alice@example.com' } },
  userAttributes: { alice: { userAttributes: { plant: ['1010'] }, attr: { x: ['y'] } } },
  jwt: {
    al: { jwt: { zid: 't2', attributes: { plant: ['1'] }, scopes: ['app.Viewer'], aud: ['app'] } }
  },
  'jwt with scope': { al: { roles: ['A'], jwt: { scope: ['Viewer'], userInfo: { mail: 'x' } } } },
  features: { alice: { features: ['isbn', 'other'] } },
  'no features': { erin: { features: [] } },
  'another user': { zoe: { roles: ['Viewer'] } },
  'nobody else': { '*': false },
  'a user taken away, and nobody else': { alice: false, '*': false }
}

const silent = jest.spyOn(console, 'info').mockImplementation(() => undefined)
afterAll(() => {
  silent.mockRestore()
})

const LOGONS = [
  ['alice'],
  ['alice', 'secret'],
  ['alice', 'wrong'],
  ['bob'],
  ['erin'],
  ['fred'],
  ['me'],
  ['zoe'],
  ['al'],
  ['alice@example.com'],
  ['nobody']
]

describe.each([false, true])('mocked users, multitenancy %s', (multitenancy) => {
  beforeAll(() => {
    ;(requires as Record<string, unknown>).multitenancy = multitenancy
    delete (cds as { requires?: unknown }).requires
  })

  test.each(Object.entries(USERS))(
    "%s: who logs on is whom CAP's own middleware logs on",
    async (_, users) => {
      // the landscape has tenants also where the application has none
      if (!multitenancy && users === USERS['a tenant of its own']) return
      for (const logon of LOGONS) {
        const expected = await stock(users, logon)
        const actual = ours(users, logon)
        expect([logon, actual]).toEqual([logon, expected])
      }
    }
  )
})
