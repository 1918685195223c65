import { fc } from '../../support/generated-inputs.js'

import type { OidcIssuerOptions } from '../../../src/token/issuers/oidc-options.js'
import { claimAt, oidcProfile } from '../../../src/user/oidc-profile.js'
import { UNVERIFIED } from './unverified.js'

const profile = (options: Partial<OidcIssuerOptions> = {}) =>
  oidcProfile('partner', { issuer: 'https://idp.example', audience: 'maintenance', ...options })

/** How Keycloak names the account of the client "m". */
const ACCOUNT = { sub: 'u', azp: 'm', preferred_username: 'service-account-m' }

const ENTRA = { iss: 'https://login.microsoftonline.com/t1/v2.0', oid: 'o', tid: 't1', azp: 'm' }

describe('technical tokens are known exactly', () => {
  test.each<[string, object]>([
    ['RFC 9068', { sub: 'machine', client_id: 'machine' }],
    ['azp', { sub: 'machine', azp: 'machine' }],
    ['Okta', { sub: 'machine', cid: 'machine' }],
    ['Auth0', { sub: 'machine@clients', azp: 'machine', gty: 'client-credentials' }],
    ['Auth0 with tokens as in RFC 9068', { sub: 'machine@clients', client_id: 'machine' }],
    ['Entra ID with "idtyp"', { sub: 'o', oid: 'o', azp: 'machine', idtyp: 'app' }],
    ['Entra ID without "idtyp"', { ...ENTRA, sub: 'o', roles: ['x'] }],
    ['Entra External ID', { ...ENTRA, iss: 'https://plant.ciamlogin.com/t1/v2.0', sub: 'o' }],
    ['Keycloak', { ...ACCOUNT, client_id: 'm' }],
    ['Keycloak, of a client with capitals', { ...ACCOUNT, azp: 'M', client_id: 'M' }],
    ['Keycloak of before', { ...ACCOUNT, clientId: 'm' }]
  ])('%s', (_, claims) => {
    expect(profile().isTechnical(claims as never)).toBe(true)
    expect(profile().isOwnClient(claims as never)).toBe(false)
  })

  test.each<[string, object]>([
    ['a user', { sub: 'e-4711', azp: 'web', client_id: 'web' }],
    ['nobody', {}],
    ['a user of Entra ID', { ...ENTRA, sub: 's', scp: 'access' }],
    ['a user of Entra ID without "scp"', { ...ENTRA, sub: 's' }],
    ['a user of Entra ID with an ID token', { ...ENTRA, sub: 'o', nonce: 'n' }],
    ['a subject that is the object id elsewhere', { ...ENTRA, iss: 'https://x.example', sub: 'o' }],
    ['a user of Entra ID whose subject is the object id', { ...ENTRA, sub: 'o', scp: 'access' }],
    ['a user by an ID token', { ...ENTRA, sub: 'o', nonce: 'n' }],
    ['the same claims of another issuer', { ...ENTRA, sub: 'o', iss: 'https://idp.example' }],
    ['an issuer that looks like it', { ...ENTRA, sub: 'o', iss: 'https://sts.windows.net.evil/' }],
    ['a user who took such a name', ACCOUNT],
    ['a subject of another client', { sub: 'n@clients', azp: 'm' }],
    ['a subject without a client', { sub: 'undefined@clients' }],
    [
      'a host that looks like External ID',
      { ...ENTRA, sub: 'o', iss: 'https://a.ciamlogin.com.x/' }
    ],
    ['another client', { ...ACCOUNT, client_id: 'n' }],
    ['a subject that is no text', { sub: null, azp: null }],
    ['an inherited name', { gty: ['client-credentials'], idtyp: { app: 1 } }]
  ])('%s is none', (_, claims) => {
    expect(profile().isTechnical(claims as never)).toBe(false)
  })
})

describe('the id', () => {
  const claims = { sub: 'e-4711', preferred_username: 'erika', email: 'e@example.com' }

  test('is the subject, unless configured', () => {
    expect(profile().userId(claims)).toBe('e-4711')
    expect(profile({ userId: 'preferred_username' }).userId(claims)).toBe('erika')
    expect(profile({ userId: ['upn', 'sub'] }).userId(claims)).toBe('e-4711')
    expect(profile({ userId: 'upn' }).userId(claims)).toBeUndefined()
  })

  test('can have a prefix, so that issuers can not collide', () => {
    expect(profile({ userIdPrefix: 'partner/' }).userId(claims)).toBe('partner/e-4711')
    expect(profile({ userIdPrefix: 'partner/' }).userId({})).toBeUndefined()
  })

  test('is no address that the issuer has not verified', () => {
    const options = { userId: ['email', 'sub'] }
    for (const email_verified of UNVERIFIED)
      expect(profile(options).userId({ ...claims, email_verified })).toBe('e-4711')
    expect(profile(options).userId(claims)).toBe('e@example.com')
    for (const email_verified of [true, 'true'])
      expect(profile(options).userId({ ...claims, email_verified })).toBe('e@example.com')
  })

  test.each([1, {}, ['e-4711'], true])('that is %j is refused', (sub) => {
    expect(() => profile().userId({ sub })).toThrow(
      expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' })
    )
  })
})

describe('roles', () => {
  const map = { technician: 'Technician', 'http://boss': ['Viewer', 'Supervisor'] }
  const rolesOf = (payload: object, roles: OidcIssuerOptions['roles']) =>
    Object.keys(profile({ ...(roles && { roles }) }).roles(payload as never))

  test.each([
    ['a list', 'roles', { roles: ['technician', 'other'] }, ['Technician']],
    ['a text', 'scp', { scp: 'openid technician' }, ['Technician']],
    ['several for one', 'groups', { groups: ['http://boss'] }, ['Viewer', 'Supervisor']],
    ['Keycloak', 'realm_access.roles', { realm_access: { roles: ['technician'] } }, ['Technician']],
    [
      'Keycloak, of a client with dots',
      'resource_access.my.app.roles',
      { resource_access: { 'my.app': { roles: ['technician'] } } },
      ['Technician']
    ],
    [
      'a name with dots',
      'https://x.y/roles',
      { 'https://x.y/roles': ['technician'] },
      ['Technician']
    ]
  ])('%s', (_, claim, payload, expected) => {
    expect(rolesOf(payload, { claim, map })).toEqual(expected)
  })

  test('from several claims', () => {
    const claim = ['roles', 'scp']
    const payload = { roles: ['technician'], scp: 'http://boss' }
    expect(rolesOf(payload, { claim, map })).toEqual(['Technician', 'Viewer', 'Supervisor'])
  })

  test('without a mapping there are none; with "true" they keep their name', () => {
    const payload = { roles: ['Technician', 'x'], scope: 'Technician' }
    expect(rolesOf(payload, undefined)).toEqual([])
    expect(rolesOf(payload, { claim: 'roles', map: true })).toEqual(['Technician', 'x'])
  })

  test('those of CAP can not be claimed', () => {
    const roles = ['internal-user', 'system-user', 'any', 'authenticated-user', 'cds.Subscriber']
    expect(rolesOf({ roles }, { claim: 'roles', map: true })).toEqual([])
  })

  test('and not be configured', () => {
    for (const role of ['internal-user', 'cds.Subscriber']) {
      const roles = { claim: 'roles', map: { admin: ['Viewer', role] } }
      const start = /^cds\.requires\.auth\.issuers\.partner\.roles\.map /
      expect(() => profile({ roles })).toThrow(start)
    }
  })

  test.each(['constructor', '__proto__', 'toString'])(
    'a name that objects have by themselves: %s',
    (name) => {
      const { roles } = profile({ roles: { claim: 'roles', map } })
      expect(Object.keys(roles({ roles: [name] }))).toEqual([])
      expect(Object.keys(roles({}))).toEqual([])
      expect(rolesOf({}, { claim: `${name}.name`, map: true })).toEqual([])
    }
  )
})

/** A token may be refused, and nothing else may fail. */
function attributesOrNone(read: () => object): object {
  try {
    return read()
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_TOKEN_CLAIM' })
    return {}
  }
}

test('whatever the claims are, nothing is invented and nothing crashes', () => {
  const { roles, attributes, isTechnical } = profile({
    roles: { claim: ['roles', 'a.b'], map: true },
    attributeMapping: { plant: 'a.b', unit: 'a' }
  })
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const payload = { roles: a, a: b, sub: a, azp: b, email: a } as never
      expect(typeof isTechnical(payload)).toBe('boolean')
      for (const role of Object.keys(roles(payload))) {
        expect(JSON.stringify([a, b])).toContain(JSON.stringify(role).slice(1, -1))
      }
      for (const value of Object.values(attributesOrNone(() => attributes(payload))).flat()) {
        expect(typeof value).toBe('string')
      }
    })
  )
})

test('a person can have somebody who acts for her', () => {
  const person = (claims: object) => profile().person(claims as never)
  expect(person({ sub: 'u', act: { sub: 'agent' } })).toMatchObject({ actor: 'agent' })
  expect(person({ sub: 'u' }).actor).toBeUndefined()
})

test('the immutable id is the subject', () => {
  const { person } = oidcProfile('corp', { userId: 'email' } as never)
  expect(person({ sub: '4711', email: 'a@example.com' })).toEqual({
    ...{ origin: undefined, subject: '4711', actor: undefined }
  })
})

test('a role that only CAP gives can not be mapped, and the message says what can', () => {
  const roles = { claim: 'groups', map: { admins: 'internal-user' } }
  expect(() => oidcProfile('corp', { roles } as never)).toThrow(
    /issuers\.corp\.roles\.map leads to "internal-user".*Map the name to a role of the application\./
  )
})

test('empty names are no roles', () => {
  const { roles } = oidcProfile('corp', {
    roles: { claim: ['scope', 'groups'], map: true }
  } as never)
  expect(roles({ scope: ' a  b ', groups: ['', 'c'] })).toEqual({ a: 1, b: 1, c: 1 })
})

test.each<[object, string, unknown]>([
  [{ a: { b: { c: 1 } } }, 'a.b.c', 1],
  [{ a: {}, 'a.b': { c: 1 } }, 'a.b.c', 1],
  [{ a: { b: 1 }, 'a.b': 2 }, 'a.b', 2],
  [{ a: 'text', 'a.b': { c: 1 } }, 'a.b.c', 1],
  [{ '': { x: 1 } }, '.x', undefined],
  [{}, 'constructor.name', undefined],
  [{ a: 'text' }, 'a.length', undefined],
  [{ a: ['x'] }, 'a.0', undefined]
])('in %j the path %s leads to %j', (payload, path, value) => {
  expect(claimAt(payload, path)).toEqual(value)
  expect(claimAt(payload, path, {})).toEqual(
    value ?? (Object.hasOwn(payload, 'a') ? {} : undefined)
  )
})
