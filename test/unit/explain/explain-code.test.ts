import fs, { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ERROR_CODES } from '../../../src/error-codes.js'
import { explain } from '../../../src/explain/explain.js'

const requires = {
  auth: {
    kind: 'principal',
    emulator: false,
    impl: 'cds-principal/auth',
    credentials: {
      clientid: 'sb-shop!t1',
      xsappname: 'shop!t1',
      uaadomain: 'authentication.example.com',
      tenantmode: 'dedicated',
      tenantid: 'tenant-1',
      clientsecret: 'SECRET-OF-THE-CLIENT'
    },
    issuers: {
      keycloak: { issuer: 'https://login.example.com/realms/x', audience: 'shop', userId: 'sub' }
    }
  },
  S4: {
    kind: 'odata',
    onBehalfOf: 'namedUser',
    credentials: { destination: 'S4', path: '/sap', requestTimeout: 3000 }
  },
  MAIL: {
    kind: 'rest',
    outboxed: true,
    credentials: { url: 'https://u:SECRET-OF-THE-URL@mail.example.com/x' }
  }
}
const model = `
@requires: 'authenticated-user'
service Shop {
  @restrict: [{ grant: 'READ', to: 'Clerk', where: (site = $user.site) }]
  entity Orders { key ID : Integer; site : String; }
}
@cds.external service Foreign { @requires: 'Foreigner' entity Things { key ID : Integer; } }`
const descriptor = {
  scopes: [
    { name: '$XSAPPNAME.Clerk' },
    { name: '$XSAPPNAME.Jobs', 'grant-as-authority-to-apps': ['$XSSERVICENAME(jobs)'] }
  ],
  'role-templates': [{ name: 'ShopClerk', 'scope-references': ['$XSAPPNAME.Clerk'] }]
}

let project: string
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'cds-principal-explain-'))
  mkdirSync(join(project, 'srv'))
  const write = (name: string, text: string) => writeFileSync(join(project, name), text)
  write('package.json', JSON.stringify({ name: 'shop', cds: { requires } }))
  write('xs-security.json', JSON.stringify(descriptor))
  write('srv/shop.cds', model)
})
afterAll(() => rmSync(project, { recursive: true, force: true }))
afterEach(() => {
  delete process.env.SAP_JWT_TRUST_ACL
  delete process.env.CDS_ENV
})

const facts = async (code: string, profile?: string) => {
  const { data, text, explained } = await explain(code, { project, profile })
  expect(explained).toBe(true)
  expect(text + JSON.stringify(data)).not.toContain('SECRET')
  const list = (data as { facts: { name: string; values: string[] }[] }).facts
  return Object.fromEntries(list.map(({ name, values }) => [name, values]))
}

describe('what of a code applies in this project', () => {
  test('the kind of authentication, profiles and bindings, for every code', async () => {
    expect(await facts('ERR_REMOTE_TLS', 'production')).toMatchObject({
      authentication: ['kind "principal"'],
      profiles: ['test, production'],
      bound: ['XSUAA']
    })
  })

  test('ERR_TOKEN_AUDIENCE: what is expected, by issuer, and the trust list', async () => {
    process.env.SAP_JWT_TRUST_ACL = JSON.stringify([{ clientid: 'sb-caller', identityzone: '*' }])
    const found = await facts('ERR_TOKEN_AUDIENCE')
    expect(found.issuers).toEqual([
      expect.stringMatching(/authentication\.example\.com.*"aud" sb-shop!t1 or shop!t1/),
      'keycloak: "iss" on login.example.com; "aud" shop'
    ])
    expect(found).toMatchObject({
      SAP_JWT_TRUST_ACL: ['client sb-caller of zone *'],
      'scopes for other applications': ['Jobs: $XSSERVICENAME(jobs)']
    })
  })

  test('ERR_TOKEN_TENANT: the tenant mode of the binding', async () => {
    const { tenants } = await facts('ERR_TOKEN_TENANT')
    expect(tenants).toEqual(['XSUAA: tenantmode dedicated, own tenant tenant-1'])
  })

  test('ERR_ROLE_MISSING: roles of the own model, and the role templates that have them', async () => {
    expect(await facts('ERR_ROLE_MISSING')).toMatchObject({
      'roles in the model': ['authenticated-user: Shop', 'Clerk: Shop.Orders'],
      'scopes and their role templates': ['Clerk: ShopClerk', 'Jobs: no role template']
    })
  })

  test('ERR_WRITE_RESTRICTED: conditions and attributes', async () => {
    expect(await facts('ERR_WRITE_RESTRICTED')).toMatchObject({
      'attributes in the model': ['site: Shop.Orders'],
      conditions: ['Shop.Orders: READ to Clerk where site = $user.site']
    })
  })

  test('ERR_QUEUED_NAMED_USER: who services are called as, and what is queued', async () => {
    const found = await facts('ERR_QUEUED_NAMED_USER')
    expect(found['required services']).toEqual([
      'S4: odata, onBehalfOf namedUser, destination S4, path /sap, requestTimeout 3000 ms, minTokenLifetime 5 s',
      'MAIL: rest, onBehalfOf (the destination decides), host mail.example.com, minTokenLifetime 5 s'
    ])
    expect(found.queue).toContain('MAIL: outboxed is on')
  })

  test('ERR_CONFIGURATION: the checks of the start', async () => {
    const found = await facts('ERR_CONFIGURATION')
    expect(found['checks of the start']).toEqual(['no problem found'])
  })

  test('ERR_CONFIGURATION: also for limits, restarts and the shared cache', async () => {
    const other = mkdtempSync(join(tmpdir(), 'cds-principal-explain-'))
    const auth = { kind: 'principal', limits: { socket: 1 }, restart: { drainDelays: 1 } }
    const cache = { kind: 'principal-redis', userTokens: 'yes' }
    const cds = { requires: { auth, 'principal-cache': cache } }
    writeFileSync(join(other, 'package.json'), JSON.stringify({ name: 'x', cds }))
    const { text } = await explain('ERR_CONFIGURATION', { project: other })
    rmSync(other, { recursive: true })
    for (const option of ['limits.socket', 'restart.drainDelays', 'principal-cache.userTokens'])
      expect(text).toContain(`${option} is `)
  })

  test('ERR_CONFIGURATION: also for another implementation, metadata, exchanges and delegations', async () => {
    const other = mkdtempSync(join(tmpdir(), 'cds-principal-explain-'))
    const exchange = { grant: 'jwt-bearer' }
    const own = { issuer: 'https://login.example.com', audience: 'shop', exchange }
    const auth = {
      ...{ kind: 'principal', impl: './srv/auth.js', emulator: false },
      ...{ issuers: { own }, metadata: { host: [] } }
    }
    const S4 = { kind: 'odata', onBehalfOf: 'namedUser', delegation: true }
    const queue = { kind: 'persistent-queue', legacyLocking: true }
    const cds = { requires: { auth, S4, queue } }
    writeFileSync(join(other, 'package.json'), JSON.stringify({ name: 'x', cds }))
    const { data } = await explain('ERR_CONFIGURATION', { project: other })
    rmSync(other, { recursive: true })
    const text = JSON.stringify(data)
    expect(text).toMatch(/auth\.impl is \\"\.\/srv\/auth\.js\\"/)
    expect(text).toMatch(/auth\.metadata\.host is not known/)
    expect(text).toMatch(/issuers\.own\.exchange needs a bound XSUAA/)
    expect(text).toMatch(/queue\.legacyLocking is true|delegation needs @sap\/cds 10/)
  })

  test('a folder that is no project is no reason to say nothing', async () => {
    const { text, explained } = await explain('ERR_ROLE_MISSING', { project: tmpdir() })
    expect(explained).toBe(true)
    expect(text).toMatch(/xs-security\.json: not found here|model: can't be loaded here/)
  })

  test('pages that are no part of the package are marked', async () => {
    const more = async () =>
      (await explain('ERR_ROLE_MISSING', { project })).text.split('More').at(-1)
    expect(await more()).toMatch(/^- docs\/plugins\.md$/m)
    const { existsSync } = fs
    const installed = (file: fs.PathLike) =>
      !String(file).endsWith('plugins.md') && existsSync(file)
    const spy = jest.spyOn(fs, 'existsSync').mockImplementation(installed)
    expect(await more()).toMatch(/^- docs\/plugins\.md \(of the emulator\)$/m)
    spy.mockRestore()
  })

  test('an unknown code is not explained', async () => {
    const { text, explained } = await explain('ERR_TOKEN_EXPRED', { project })
    expect({ text, explained }).toEqual({
      text: 'There is no code "ERR_TOKEN_EXPRED". Did you mean ERR_TOKEN_EXPIRED?',
      explained: false
    })
  })
})

describe('docs/explain.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/explain.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (all|`ERR_[^|]*?) *\| ([^|]*?) *\|$/gm)]
  const quotedIn = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  /** `ERR_ROLE_…` is the beginning of codes. */
  const fits = (code: string, pattern: string) =>
    pattern.endsWith('…') ? code.startsWith(pattern.slice(0, -1)) : code === pattern
  /** Facts by name; no landscape runs here. */
  const namedFor = (code: string) => {
    const fitting = rows.filter(
      ([, codes]) => codes === 'all' || quotedIn(codes).some((each) => fits(code, each))
    )
    const names = new Set(fitting.flatMap(([, , named]) => quotedIn(named)))
    names.delete('exposed by the Cloud Connector of the landscape')
    return [...names].sort()
  }

  test.each(Object.keys(ERROR_CODES))('names the facts of %s', async (code) => {
    expect(Object.keys(await facts(code)).sort()).toEqual(namedFor(code))
  })
})
