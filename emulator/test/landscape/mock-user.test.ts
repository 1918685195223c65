import { createLandscape, logOn } from '../../src/landscape/landscape.js'
import { claimsFor } from '../../src/xsuaa/claims.js'

const landscapeWith = (users: object) =>
  createLandscape({ root: '/nowhere', users: users as never })

const claimsOf = (entry: object) => {
  const landscape = landscapeWith({ yves: entry })
  const { xsuaa } = landscape.clients
  return { own: xsuaa.id, claims: claimsFor(landscape, xsuaa, landscape.users.get('yves')!) }
}

test("internal-user is a technical user of the application's own client", () => {
  const { own, claims } = claimsOf({ roles: ['internal-user', 'admin'] })
  expect(claims).toMatchObject({ grant_type: 'client_credentials', cid: own, sub: own })
  expect(claims.scope).toContain('nowhere!t1.admin')
  expect(claims).not.toHaveProperty('user_name')
})

test('system-user is one of another client, for this application', () => {
  const { own, claims } = claimsOf({ roles: { 'system-user': true } })
  expect(claims).toMatchObject({ grant_type: 'client_credentials', cid: 'yves', azp: 'yves' })
  expect(claims).toMatchObject({ aud: [own], scope: [] })
  expect(claims).not.toHaveProperty('user_name')
})

test.each([
  ['rolse', { rolse: [] }, 'did you mean "roles"'],
  ['attrs', { attrs: {} }, 'did you mean "attr"'],
  ['tennant', { tennant: 't1' }, 'did you mean "tenant"'],
  ['is_admin_of_everything', { is_admin_of_everything: true }, 'there are id, password, roles'],
  ['jwt.zidd', { jwt: { zidd: 't1' } }, 'did you mean "zid"']
])('a property that would have no effect is refused: %s', (name, entry, hint) => {
  const text = `user "yves": there is no property "${name}": ${hint}`
  expect(() => landscapeWith({ yves: entry })).toThrow(text)
})

test.each([
  ['id', { id: 1 }],
  ['id', { id: '' }],
  ['password', { password: 1 }],
  ['tenant', { tenant: 'a/b' }],
  ['tenant', { jwt: { zid: 'a.b' } }],
  ['roles', { roles: 'admin' }],
  ['roles', { roles: [1] }],
  ['jwt.scopes', { jwt: { scopes: 'admin' } }],
  ['attr.a', { attr: { a: {} } }],
  ['attr.a', { userAttributes: { a: [[]] } }]
])('a wrong %s is refused: %j', (name, entry) => {
  expect(() => landscapeWith({ yves: entry })).toThrow(`user "yves": ${name} must be`)
})

test('a name can not be two users', () => {
  const users = { alice: {}, al: { id: 'alice' } }
  expect(() => landscapeWith(users)).toThrow('user "al": "alice" is another user as well')
})

describe('"*"', () => {
  test('everybody logs on, always as the same user', () => {
    const landscape = landscapeWith({ '*': true, alice: {} })
    const guest = logOn(landscape, 'jane')
    expect(guest).toMatchObject({ name: 'jane', roles: [], scopes: [], tenant: landscape.tenant })
    expect(logOn(landscape, 'jane')).toBe(guest)
    expect(logOn(landscape, 'alice')).toBe(landscape.users.get('alice'))
  })

  test.each(['', '*', 'anonymous', 'system', 'privileged', 'a\nb', 'x'.repeat(256)])(
    'not as %j',
    (name) => {
      expect(logOn(landscapeWith({ '*': true }), name)).toBeUndefined()
    }
  )

  test('nobody else in other tenants, without "*", or with a false one', () => {
    expect(logOn(landscapeWith({ '*': true, a: { tenant: 't2' } }), 'jane', 't2')).toBeUndefined()
    expect(logOn(landscapeWith({ alice: {} }), 'jane')).toBeUndefined()
    expect(logOn(landscapeWith({ '*': false }), 'jane')).toBeUndefined()
  })
})
