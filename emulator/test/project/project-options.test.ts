import { landscapeOf, type ProjectRequires } from '../../src/project/project-options.js'
import { createLandscape } from '../../src/landscape/landscape.js'
import { type EmulatorOptions, startEmulator } from '../../src/index.js'

const DEFAULTS = {
  alice: { tenant: 't1', roles: ['admin'] },
  yves: { roles: ['internal-user'] },
  '*': true
}
const remote = (destination: string, path?: string, service?: string) => ({
  credentials: { destination, ...(path && { path }) },
  ...(service && { service })
})

describe('destinations that a project names', () => {
  it('and does not define lead to mocks of the services', () => {
    const requires = {
      auth: { kind: 'principal' },
      db: { kind: 'sqlite', credentials: { url: ':memory:' } },
      API_EQUIPMENT: remote('S4', '/sap/API_EQUIPMENT'),
      locations: remote('S4', '/sap/API_LOCATION', 'API_LOCATION'),
      Partners: remote('My Partners')
    }
    const { destinations, onPremise } = landscapeOf('/app', requires, {})
    expect(destinations).toEqual({
      S4: {
        URL: 'http://s4.mock:8000',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation'
      },
      'My Partners': expect.objectContaining({ URL: 'http://my-partners.mock:8000' })
    })
    expect(onPremise).toEqual({
      's4.mock:8000': {
        mocks: [
          { service: 'API_EQUIPMENT', path: '/sap/API_EQUIPMENT' },
          { service: 'API_LOCATION', path: '/sap/API_LOCATION' }
        ]
      },
      'my-partners.mock:8000': { mocks: [{ service: 'Partners' }] }
    })
  })

  it('and defines stay what they are, also for each tenant', () => {
    const own = { URL: 'https://own.example', Authentication: 'NoAuthentication' }
    const tenants = { t1: { destinations: { Other: own } }, t2: {} }
    const requires = {
      auth: { emulator: { destinations: { S4: own }, tenants } },
      A: remote('S4'),
      B: remote('Mocked')
    }
    const landscape = landscapeOf('/app', requires, {})
    expect(landscape.destinations).toMatchObject({ S4: own, Mocked: expect.anything() })
    expect(Object.keys(landscape.onPremise ?? {})).toEqual(['mocked.mock:8000'])
    expect(Object.keys(landscape.tenants?.['t1']?.destinations ?? {})).toEqual(['Mocked', 'Other'])
    expect(Object.keys(landscape.tenants?.['t2']?.destinations ?? {})).toEqual(['Mocked'])
  })
})

describe('users of a project', () => {
  it("are CAP's mocked ones by default; without tenants where the project has none", () => {
    const { users } = landscapeOf('/app', {}, DEFAULTS)
    expect(Object.keys(users)).toEqual(['alice', 'yves', '*'])
    expect(users.alice).not.toHaveProperty('tenant')
    const multitenant = landscapeOf('/app', { multitenancy: true }, DEFAULTS)
    expect(multitenant.users['alice']).toMatchObject({ tenant: 't1', roles: ['admin'] })
  })

  it('have those of their default roles that xs-security.json knows', () => {
    const scopes = [{ name: '$XSAPPNAME.other' }]
    const templates = [{ name: 'other', 'scope-references': ['$XSAPPNAME.other'] }]
    const { users } = landscapeOf('/app', {}, { bob: { roles: ['admin', 'other'] } })
    const xsSecurity = { xsappname: 'app', scopes, 'role-templates': templates }
    const bob = createLandscape({ root: '/app', users, xsSecurity }).users.get('bob')
    expect(bob?.scopes).toEqual(['$XSAPPNAME.other'])
    const anyRole = createLandscape({ root: '/nowhere', users }).users.get('bob')
    expect(anyRole?.scopes).toEqual(['$XSAPPNAME.admin', '$XSAPPNAME.other'])
  })
})

describe('Identity Authentication', () => {
  const emulator = (identity: false | { tokenValidity: number }) => ({ emulator: { identity } })
  const authorization = { enabled: true, dcn: 'own' }
  it.each<[string, ProjectRequires, EmulatorOptions['identity']]>([
    ['is there where the project takes its tokens', { identity: true }, true],
    ['also with options of CAP', { identity: { vcap: { label: 'identity' } } }, true],
    ['also by the label', { auth: { vcap: { label: 'identity' } } }, true],
    [
      'has policies with AMS',
      { auth: { ams: { dcnRoot: 'own' } }, identity: true },
      { authorization }
    ],
    [
      'is as it is configured',
      { auth: emulator({ tokenValidity: 60 }), identity: true },
      { tokenValidity: 60 }
    ],
    ['is not there if it is turned off', { auth: emulator(false), identity: true }, false],
    ['is not there by default', { auth: { vcap: { label: 'xsuaa' } } }, undefined],
    ['is not there if the project has turned it off', { identity: false }, undefined]
  ])('%s', (_, requires, expected) => {
    expect(landscapeOf('/app', requires, {}).identity).toEqual(expected)
  })
})

describe('options under cds.requires.auth.emulator', () => {
  const landscape = (emulator: object | boolean) =>
    landscapeOf('/app', { auth: { emulator: emulator as never } }, DEFAULTS)

  it('that the project has elsewhere are refused: users with the place where they count', () => {
    expect(() => landscape({ users: { alice: { roles: ['Viewer'] } } })).toThrow(
      expect.objectContaining({
        code: 'ERR_EMULATOR_OPTIONS',
        message:
          'cds.requires.auth.emulator.users has no effect there: move it to cds.requires.auth.users'
      })
    )
  })

  it.each([
    ['root', '/other'],
    ['file', 'landscape.json'],
    ['mocks', 'started'],
    ['bind', true]
  ])('that belong to a call of startEmulator are refused: %s', (name, value) => {
    expect(() => landscape({ [name]: value })).toThrow(
      `cds.requires.auth.emulator.${name} has no effect there: it is an option of startEmulator`
    )
  })

  it('are checked before others complete them', () => {
    expect(() => landscape({ delegation: { orgin: 'x' } })).toThrow('did you mean "origin"?')
    expect(() => landscape({ delegation: 'origin' })).toThrow(/^delegation must be true, false or/)
  })

  it('can be on or off as a whole', () => {
    expect(landscape(true)).toEqual(landscape({}))
    expect(landscape(false)).toEqual(landscape({}))
  })
})

it('a folder without CAP is no project', async () => {
  await expect(startEmulator({ root: '/' })).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringContaining('must be a CAP project')
  })
})
