import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/index.js'
import { claimsOf, requestToken } from '../support/http.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const scope = (name: string, grants: object = {}) => ({ name: `$XSAPPNAME.${name}`, ...grants })
const template = (name: string, ...scopes: string[]) => ({
  name,
  'scope-references': scopes.map((each) => `$XSAPPNAME.${each}`)
})

/** The application, another one that it calls, and the job scheduler, which calls it. */
const options: EmulatorOptions = {
  root: __dirname,
  xsSecurity: {
    xsappname: 'maintenance',
    scopes: [
      scope('Viewer'),
      scope('JOBSCHEDULER', { 'grant-as-authority-to-apps': ['$XSSERVICENAME(my-jobs)'] })
    ],
    attributes: [
      { name: 'level', valueType: 'int' },
      { name: 'since', valueType: 'date' }
    ],
    'role-templates': [
      { ...template('Viewer', 'Viewer'), 'attribute-references': ['level', 'since'] }
    ],
    'foreign-scope-references': ['$ACCEPT_GRANTED_SCOPES'],
    authorities: ['$XSAPPNAME(application,orders).Sync'],
    'oauth2-configuration': { 'token-validity': 900, 'system-attributes': ['rolecollections'] }
  },
  applications: {
    orders: {
      xsSecurity: {
        xsappname: 'orders',
        scopes: [
          scope('Read', { 'granted-apps': ['$XSAPPNAME(application,maintenance)'] }),
          scope('Write'),
          scope('Sync', { 'grant-as-authority-to-apps': ['$XSAPPNAME(application,maintenance)'] })
        ],
        attributes: [{ name: 'region' }],
        'role-templates': [
          { ...template('Clerk', 'Read', 'Write'), 'attribute-references': ['region'] }
        ],
        'role-collections': [
          { name: 'Order Desk', 'role-template-references': ['$XSAPPNAME.Clerk'] }
        ],
        'oauth2-configuration': { 'grant-types': ['client_credentials', JWT_BEARER] }
      }
    },
    jobs: {
      instance: 'my-jobs',
      xsSecurity: { xsappname: 'jobs', authorities: ['$ACCEPT_GRANTED_AUTHORITIES'] }
    }
  },
  users: {
    alice: {
      roles: ['Viewer', 'orders.Clerk'],
      attr: { level: 3, since: '2026-01-31', region: 'EMEA' }
    },
    bob: { roles: ['Viewer'] },
    carol: { roles: ['orders.Order Desk'] }
  }
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator(options)
})
afterAll(() => emulator.stop())

const as = (name: string) => emulator.applicationBinding(name).credentials as Record<string, string>

async function grant(parameters: Record<string, string>, client?: Record<string, string>) {
  const { status, body } = await requestToken(emulator, parameters, {}, client)
  return { status, body, claims: status === 200 ? claimsOf(body.access_token) : undefined }
}

describe("a user's token", () => {
  test.each<[string, string[], object]>([
    [
      'alice',
      ['openid', 'maintenance!t1.Viewer', 'orders!t2.Read'],
      { level: ['3'], since: ['2026-01-31'] }
    ],
    ['bob', ['openid', 'maintenance!t1.Viewer'], {}],
    ['carol', ['openid', 'orders!t2.Read'], {}]
  ])(
    '%s: own scopes, and those that another application grants',
    async (username, scopes, attr) => {
      const { claims } = await grant({ grant_type: 'password', username })
      expect(claims.scope).toEqual(scopes)
      expect(claims['xs.user.attributes']).toEqual(attr)
      expect(claims.aud).toEqual(
        expect.arrayContaining(['sb-maintenance!t1', ...(scopes.length > 2 ? ['orders!t2'] : [])])
      )
    }
  )

  test('lives as long as the descriptor says, and has the system attributes that it names', async () => {
    const { body, claims } = await grant({ grant_type: 'password', username: 'alice' })
    expect({ expires: body.expires_in, life: claims.exp - claims.iat }).toEqual({
      expires: 899,
      life: 900
    })
    expect(claims['xs.system.attributes']).toEqual({ 'xs.rolecollections': [] })
  })

  test('exchanged for another application it has what the user has there, and nothing else', async () => {
    const { body } = await grant({ grant_type: 'password', username: 'alice' })
    const parameters = { grant_type: JWT_BEARER, assertion: body.access_token }
    const { claims } = await grant(parameters, as('orders'))
    expect(claims).toMatchObject({
      cid: 'sb-orders!t2',
      user_name: 'alice',
      scope: ['openid', 'orders!t2.Read', 'orders!t2.Write'],
      aud: ['sb-orders!t2', 'openid', 'orders!t2'],
      'xs.user.attributes': { region: ['EMEA'] }
    })
    const { body: bobs } = await grant({ grant_type: 'password', username: 'bob' })
    const exchanged = await grant({ ...parameters, assertion: bobs.access_token }, as('orders'))
    expect(exchanged.claims.scope).toEqual(['openid'])
    const { claims: collections } = await grant(
      { ...parameters, assertion: await emulator.issueToken({ user: 'carol' }) },
      as('orders')
    )
    expect(collections['xs.system.attributes']).toMatchObject({
      'xs.rolecollections': ['Order Desk']
    })
  })
})

describe('a technical token', () => {
  const client_credentials = { grant_type: 'client_credentials' }

  test("of the application has the other's authority", async () => {
    const { claims } = await grant(client_credentials)
    expect(claims.authorities).toEqual(['uaa.resource', 'orders!t2.Sync'])
    expect(claims.scope).toEqual(claims.authorities)
  })

  test('of the job scheduler has ours, by the name of its service instance', async () => {
    const { claims } = await grant(client_credentials, as('jobs'))
    expect(claims).toMatchObject({
      sub: 'sb-jobs!t3',
      authorities: ['uaa.resource', 'maintenance!t1.JOBSCHEDULER'],
      aud: ['sb-jobs!t3', 'uaa', 'maintenance!t1']
    })
    expect(claimsOf(await emulator.issueToken({ client: 'jobs' }))).toMatchObject({
      scope: ['uaa.resource', 'maintenance!t1.JOBSCHEDULER']
    })
  })

  test('can carry attributes of its own', async () => {
    const authorities = JSON.stringify({ az_attr: { job: '7' } })
    const { claims } = await grant({ ...client_credentials, authorities })
    expect(claims.az_attr).toEqual({ job: '7' })
    expect((await grant({ ...client_credentials, authorities: '{' })).status).toBe(400)
  })
})

test('a grant type that the descriptor does not name is refused', async () => {
  const { status, body } = await grant({ grant_type: 'password', username: 'alice' }, as('orders'))
  expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
})

test('bindings of other applications have their own names', () => {
  expect(emulator.applicationBinding('jobs')).toMatchObject({
    label: 'xsuaa',
    instance_name: 'my-jobs',
    credentials: { xsappname: 'jobs!t3', clientid: 'sb-jobs!t3' }
  })
  expect(() => emulator.applicationBinding('bills')).toThrow(
    'there is no application "bills" in the option "applications", only orders, jobs'
  )
})

test.each<[string, Partial<EmulatorOptions>, string]>([
  [
    'a role that the other application does not have',
    { users: { alice: { roles: ['orders.Clark'] } } },
    'user "alice" has the unknown role "Clark" (did you mean "Clerk"?)'
  ],
  [
    'a value that is no whole number',
    { users: { alice: { roles: ['Viewer'], attr: { level: 'high' } } } },
    'user "alice": attr.level has the value "high", but xs-security.json says valueType "int"'
  ],
  [
    'a value that is no date',
    { users: { alice: { roles: ['Viewer'], attr: { since: '31.1.2026' } } } },
    'attr.since has the value "31.1.2026", but xs-security.json says valueType "date"'
  ],
  [
    'subscribers of an application for one tenant',
    { xsSecurity: { 'tenant-mode': 'dedicated' }, users: {}, tenants: { t1: {} } },
    'tenants: with "tenant-mode": "dedicated"'
  ],
  [
    'a user of another tenant of such an application',
    { xsSecurity: { 'tenant-mode': 'dedicated' }, users: { alice: {}, tina: { tenant: 't1' } } },
    'users.tina.tenant: with "tenant-mode": "dedicated"'
  ],
  [
    'two tenants with one subdomain',
    { tenants: { t1: { subdomain: 'acme' }, t2: { subdomain: 'acme' } } },
    `tenants.t2.subdomain: "acme" is another tenant's`
  ]
])('%s stops the start', async (_, changes, message) => {
  await expect(startEmulator({ ...options, ...changes })).rejects.toThrow(message)
})

describe('who may log on, and how the client authenticates', () => {
  const start = (oauth2: object) =>
    startEmulator({
      root: __dirname,
      users: { alice: {} },
      xsSecurity: { xsappname: 'app', 'oauth2-configuration': oauth2 }
    })

  test('allowedproviders without the default one refuses passwords', async () => {
    const own = await start({ allowedproviders: ['sap.custom'] })
    const { status, body } = await requestToken(own, { grant_type: 'password', username: 'alice' })
    await own.stop()
    expect({ status, body }).toMatchObject({ status: 401, body: { error: 'unauthorized' } })
  })

  test('credential-types names the kind of the binding', async () => {
    const own = await start({ 'credential-types': ['instance-secret'] })
    const [binding] = own.vcapServices().xsuaa
    await own.stop()
    expect(binding?.credentials).toMatchObject({ 'credential-type': 'instance-secret' })
  })
})
