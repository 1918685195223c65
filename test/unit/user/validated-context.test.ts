import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'
import type * as Xssec from '@sap/xssec'

import { principalOf } from '../../../src/user/principal-of.js'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (payload: object) => `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}.c2ln`

const NOW = Math.floor(Date.now() / 1000)
const XSUAA = {
  user_name: 'alice',
  zid: 't1',
  exp: NOW + 600,
  scope: [],
  cid: 'sb-app',
  azp: 'sb-app'
}
const IAS = { sub: 'u-1', app_tid: 't1', exp: NOW + 600, azp: 'c-1', aud: ['c-1', 'c-2'] }
const credentials = { clientid: 'c', domains: ['example.com'], url: 'https://t1.example.com' }

const own = createRequire(__filename)('@sap/xssec') as typeof Xssec

function xsuaaContext(jwt: string, copy = own) {
  const service = new copy.XsuaaService({ ...credentials, uaadomain: 'example.com' })
  return new copy.XsuaaSecurityContext(service, new copy.XsuaaToken(jwt), {})
}

function iasContext(jwt: string, copy = own) {
  const service = new copy.IdentityService(credentials)
  return new copy.IdentityServiceSecurityContext(service, new copy.IdentityServiceToken(jwt), {})
}

const userWith = (authInfo: unknown, id = 'alice') => new cds.User({ id, authInfo } as never)
const kindOf = (authInfo: unknown) => principalOf(userWith(authInfo)).kind

const { requires } = cds.env as unknown as { requires: { auth?: object } }
const { auth } = requires
beforeEach(() => (requires.auth = { kind: 'xsuaa' }))
afterAll(() => {
  if (auth) requires.auth = auth
})

test('the security context of XSUAA is the user of its token, whatever id an application gives', () => {
  const jwt = token(XSUAA)
  for (const id of ['alice', 'idp:alice']) {
    const principal = principalOf(userWith(xsuaaContext(jwt), id))
    expect({ ...principal }).toEqual({
      kind: 'named',
      userId: 'alice',
      tenant: 't1',
      issuer: 'xsuaa',
      client: 'sb-app',
      expiresAt: XSUAA.exp
    })
    expect(principal).toHaveProperty('bearerToken', jwt)
  }
})

test('that of Identity Authentication is the user of its token', () => {
  const principal = principalOf(userWith(iasContext(token(IAS)), 'u-1'))
  expect(principal).toMatchObject({ kind: 'named', userId: 'u-1', tenant: 't1', issuer: 'ias' })
})

test.each([
  ['client_credentials', xsuaaContext(token({ ...XSUAA, grant_type: 'client_credentials' }))],
  ['client_x509', xsuaaContext(token({ ...XSUAA, grant_type: 'client_x509' }))],
  ['of Identity Authentication', iasContext(token({ ...IAS, sub: 'c-1' }))]
])('a technical token is a technical user: %s', (_, authInfo) => {
  expect(principalOf(userWith(authInfo))).toMatchObject({
    kind: 'technical',
    origin: 'token',
    tenant: 't1'
  })
})

test.each([
  ['no user', { ...XSUAA, user_name: undefined }],
  ['a user that is no text', { ...XSUAA, user_name: { toString: 'alice' } }],
  ['an empty user', { ...XSUAA, user_name: '' }],
  ['no end', { ...XSUAA, exp: undefined }],
  ['no tenant', { ...XSUAA, zid: undefined }],
  ['a tenant that is none', { ...XSUAA, zid: 'a/../b' }],
  ['a refresh token', { ...XSUAA, granted_scopes: [] }],
  ['a logout token', { ...XSUAA, events: {} }],
  ['an ID token', { ...XSUAA, nonce: 'n', scope: [] }]
])('a token that is none of a user is nobody: %s', (_, payload) => {
  const principal = principalOf(userWith(xsuaaContext(token(payload))))
  expect(principal).toMatchObject({ kind: 'technical', origin: 'custom' })
})

test('a logout token of Identity Authentication is nobody', () => {
  const principal = principalOf(userWith(iasContext(token({ ...IAS, events: {} }))))
  expect(principal).toMatchObject({ kind: 'technical', origin: 'custom' })
})

test("what a token's object was changed to does not count, its text does", () => {
  const authInfo = xsuaaContext(token(XSUAA))
  Object.assign(authInfo.token.payload, { user_name: 'bob' })
  expect(principalOf(userWith(authInfo))).toMatchObject({ userId: 'alice' })
})

describe('nothing that only looks like a security context is one', () => {
  const real = xsuaaContext(token(XSUAA))
  const { prototype } = own.XsuaaSecurityContext
  const fakes: Record<string, unknown> = {
    text: token(XSUAA),
    'an object with a token': { token: { jwt: token(XSUAA), payload: XSUAA } },
    'a copy': Object.assign({}, real, { token: real.token }),
    JSON: JSON.parse(JSON.stringify(real)),
    'the prototype': prototype,
    'an object with the prototype': Object.create(prototype),
    'an object with the prototype and a token': Object.create(prototype, {
      token: { value: real.token }
    }),
    'an heir of a real one': Object.create(real),
    'a proxy of a real one': new Proxy(real, {}),
    'a real one with a token that is none': new own.XsuaaSecurityContext(
      null,
      { jwt: token(XSUAA), payload: XSUAA } as never,
      {}
    ),
    'a class of the same name': new (class XsuaaSecurityContext {
      token = { jwt: token(XSUAA) }
    })()
  }

  test.each(Object.entries(fakes))('%s', (_, authInfo) => {
    expect(kindOf(real)).toBe('named')
    expect(principalOf(userWith(authInfo))).toMatchObject({ kind: 'technical', origin: 'custom' })
  })
})

test('a token of XSA is nobody’s: no service of BTP knows it', () => {
  const service = new own.XsaService({ ...credentials, uaadomain: 'example.com' } as never)
  const context = new own.XsaSecurityContext(service, new own.XsaToken(token(XSUAA)), {})
  expect(principalOf(userWith(context))).toMatchObject({ kind: 'technical', origin: 'custom' })
})

test('a context that only the prototype of a user has is nobody’s', () => {
  const heir = Object.create(userWith(xsuaaContext(token(XSUAA)))) as cds.User
  expect(principalOf(heir)).toMatchObject({ origin: 'custom', reason: 'inherited' })
})

test('with authentication by this package, only its own users count', () => {
  requires.auth = { kind: 'principal' }
  expect(kindOf(xsuaaContext(token(XSUAA)))).toBe('technical')
})

describe('a second copy of the library', () => {
  let root: string
  const { root: before } = cds
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'cds-principal-xssec-'))
    installIn(root)
  })
  afterAll(() => {
    cds.root = before
    rmSync(root, { recursive: true, force: true })
  })

  function installIn(folder: string) {
    for (const name of ['@sap/xssec', 'jwt-decode', 'debug', 'ms', 'valid-url', 'lru-cache']) {
      const from = join(__dirname, '../../../node_modules', name)
      try {
        cpSync(from, join(folder, 'node_modules', name), { recursive: true, dereference: true })
      } catch {
        // not every version needs each of them
      }
    }
  }

  /** Makes a project, with what is in its authentication's folder. */
  function projectWith(folder: string, auth: object) {
    const project = mkdtempSync(join(root, 'project-'))
    mkdirSync(join(project, folder), { recursive: true })
    writeFileSync(join(project, folder, 'index.js'), '')
    installIn(join(project, folder))
    cds.root = project
    requires.auth = { kind: 'custom', ...auth }
    ;(cds.env as unknown as { requires: object }).requires = requires
    return createRequire(join(project, folder, 'index.js'))('@sap/xssec') as typeof Xssec
  }

  test.each([
    ['a package', 'node_modules/own-auth', { impl: 'own-auth' }],
    ['a file', 'srv/auth', { impl: './srv/auth' }],
    ['a file, as in older projects', 'srv/auth', { impl: 'srv/auth' }]
  ])('counts where it is that of an authentication in %s', (_, folder, auth) => {
    const copy = projectWith(folder, auth)
    expect(copy.SecurityContext).not.toBe(own.SecurityContext)
    expect(kindOf(xsuaaContext(token(XSUAA), copy))).toBe('named')
    expect(kindOf(xsuaaContext(token(XSUAA)))).toBe('named')
  })

  test.each([{}, { impl: 'missing' }, { impl: true }])('elsewhere it does not: %j', (auth) => {
    const copy = projectWith('elsewhere', auth)
    expect(kindOf(xsuaaContext(token(XSUAA), copy))).toBe('technical')
    expect(kindOf(xsuaaContext(token(XSUAA)))).toBe('named')
  })

  test('of an older version without these classes is passed over', () => {
    const project = mkdtempSync(join(root, 'project-'))
    mkdirSync(join(project, 'node_modules/@sap/xssec'), { recursive: true })
    const file = join(project, 'node_modules/@sap/xssec/index.js')
    writeFileSync(file, 'module.exports = { SecurityContext: class {}, Token: class {} }')
    cds.root = project
    requires.auth = { kind: 'xsuaa' }
    expect(kindOf(xsuaaContext(token(XSUAA)))).toBe('named')
  })

  test("counts where it is the application's, and nowhere else", () => {
    const copy = createRequire(join(root, 'index.js'))('@sap/xssec') as typeof Xssec
    expect(copy.SecurityContext).not.toBe(own.SecurityContext)
    const contexts = [xsuaaContext(token(XSUAA), copy), iasContext(token(IAS), copy)]
    expect(contexts.map(kindOf)).toEqual(['technical', 'technical'])
    cds.root = root
    requires.auth = { kind: 'xsuaa' }
    ;(cds.env as unknown as { requires: object }).requires = requires
    expect(contexts.map(kindOf)).toEqual(['named', 'named'])
    expect(kindOf(xsuaaContext(token(XSUAA)))).toBe('named')
  })
})
