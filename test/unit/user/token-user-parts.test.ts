import cds from '@sap/cds'

import type { Identity } from '../../../src/user/identity.js'
import { principalOf } from '../../../src/user/principal-of.js'
import { TokenUser } from '../../../src/user/token-user.js'

const BEARER = 'header.payload.signature'
const ALICE: Identity = {
  kind: 'named',
  userId: 'alice',
  tenant: 't1',
  issuer: 'xsuaa',
  expiresAt: 1,
  roles: { Viewer: 1 },
  attributes: { a: ['1'], email: 'alice@example.com' }
}

class Context {
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  get token() {
    return { jwt: this.#token }
  }
}

const userOf = (identity: Identity) =>
  new TokenUser({
    identity,
    bearerToken: BEARER,
    issuer: { securityContext: ({ bearerToken }) => new Context(bearerToken) }
  })

const BOB: Identity = { ...ALICE, userId: 'bob', tenant: 't2' }
type Held = cds.User & { authInfo?: object }
const authInfoOf = (user: cds.User) => (user as Held).authInfo
const PARTS = ['roles', 'attr', 'authInfo'] as const
type Parts = Record<(typeof PARTS)[number], unknown>
/** Looks at everything, as code of an application or a print does. */
const lookedAt = (user: cds.User) => {
  for (const part of PARTS) expect(typeof (user as unknown as Parts)[part]).toBe('object')
  return user
}

describe('roles, attributes and authInfo, once somebody has looked at them,', () => {
  const parts = (user: cds.User) => user as unknown as Parts

  test.each(PARTS)(
    '%s: are the same object every time, and another one for the next request',
    (name) => {
      const [first, second] = [parts(userOf(ALICE)), parts(userOf(ALICE))]
      expect(first[name]).toBe(first[name])
      expect(first[name]).not.toBe(second[name])
    }
  )

  test.each(PARTS)(
    '%s: show, and can be set, changed and taken away like any other member',
    (name) => {
      const user = lookedAt(userOf(ALICE))
      expect(Object.getOwnPropertyDescriptor(user, name)).toMatchObject({
        ...{ enumerable: true, configurable: true, writable: true }
      })
      const other = { other: 1 }
      Object.assign(user, { [name]: other })
      expect(parts(user)[name]).toBe(other)
      expect(Reflect.deleteProperty(user, name)).toBe(true)
      expect(Object.hasOwn(user, name)).toBe(false)
    }
  )

  test('stay what an application has changed in them, on this user only', () => {
    const user = lookedAt(userOf(ALICE))
    Object.assign(user.roles, { Admin: 1 })
    Object.assign(user.attr, { b: ['3'] })
    delete (user.roles as Record<string, unknown>)['Viewer']
    expect([user.is('Admin'), user.is('Viewer')]).toEqual([true, false])
    expect(user.attr['b']).toEqual(['3'])
    const next = userOf(ALICE)
    expect([next.is('Admin'), next.is('Viewer')]).toEqual([false, true])
    expect(next.attr).not.toHaveProperty('b')
  })

  test('belong to a copy as well, which is still the same named user', () => {
    for (const look of [lookedAt, (user: cds.User) => user]) {
      const user = look(userOf(ALICE))
      const copy = new cds.User(Object.assign({}, user))
      for (const name of PARTS) expect(parts(copy)[name]).toBe(parts(user)[name])
      expect(principalOf(copy)).toMatchObject({ kind: 'named', userId: 'alice' })
    }
  })

  test('of a copy can be replaced without changing the user', () => {
    const user = lookedAt(userOf(ALICE))
    const copy = new cds.User(Object.assign({}, user, { roles: ['Admin'], attr: {} }))
    expect([copy.is('Admin'), copy.is('Viewer')]).toEqual([true, false])
    expect([user.is('Admin'), user.is('Viewer')]).toEqual([false, true])
    expect({ ...user.attr }).toEqual({ a: ['1'], email: 'alice@example.com' })
  })

  test('and were changed: the principal is still that of the token', () => {
    const user = lookedAt(userOf(ALICE))
    Object.assign(user, { roles: {}, attr: { email: 'bob@example.com' }, id: 'bob' })
    Object.assign(authInfoOf(user) ?? {}, { user: 'bob', tenant: 't2' })
    expect(principalOf(user)).toMatchObject({ kind: 'named', userId: 'alice', tenant: 't1' })
    expect(principalOf(user)).toHaveProperty('bearerToken', BEARER)
  })

  test.each<[string, { authInfo?: object | undefined }, string]>([
    ["another user's authInfo", { authInfo: authInfoOf(lookedAt(userOf(BOB))) }, 'other'],
    ['an authInfo of its own making', { authInfo: new Context(BEARER) }, 'unknown'],
    ['no authInfo', {}, 'absent']
  ])('and were replaced by %s: nobody’s', (_, { authInfo }, reason) => {
    const user = lookedAt(userOf(ALICE))
    Object.assign(user, { authInfo })
    expect(principalOf(user)).toMatchObject({ kind: 'technical', origin: 'custom', reason })
  })

  test('of a frozen user stay as they are', () => {
    const user = Object.freeze(userOf(ALICE))
    expect([user.is('Viewer'), user.attr.a]).toEqual([true, ['1']])
    expect(() => Object.assign(user, { id: 'bob' })).toThrow(TypeError)
    Reflect.set(user, 'roles', { Admin: 1 })
    expect([user.is('Viewer'), user.is('Admin')]).toEqual([true, false])
    expect(user.roles).toBe(user.roles)
  })
})

test('attributes of any depth are copies: what is changed in them stays with the request', () => {
  const nested: Identity = {
    ...ALICE,
    attributes: { address: { city: 'Ulm', lines: ['a'] }, level: 5, none: null, text: 'x' }
  }
  const [first, second] = [userOf(nested), userOf(nested)]
  const { address } = first.attr as unknown as { address: { city: string; lines: string[] } }
  address.city = 'Bonn'
  address.lines.push('b')
  expect({ ...second.attr }).toEqual(nested.attributes)
  expect({ ...nested.attributes }).toEqual({
    ...{ address: { city: 'Ulm', lines: ['a'] }, level: 5, none: null, text: 'x' }
  })
})

test('a list of names that becomes the roles is one of roles; a list in another place stays one', () => {
  const user = userOf(ALICE)
  Object.assign(user, { roles: ['Admin'], attr: ['Admin'] })
  expect(user.is('Admin')).toBe(true)
  expect(user.attr).toEqual(['Admin'])
})

test('of a program the client is known where its token names one', () => {
  const program: Identity = { ...ALICE, kind: 'technical', userId: 'system' }
  expect(principalOf(userOf(program))).toStrictEqual({
    ...{ kind: 'technical', origin: 'token', tenant: 't1' }
  })
  expect(principalOf(userOf({ ...program, client: 'sb-app' }))).toStrictEqual({
    ...{ kind: 'technical', origin: 'token', tenant: 't1', client: 'sb-app' }
  })
})

test('the privileged user is no user of a token', () => {
  const privileged = { kind: 'technical', origin: 'privileged', tenant: undefined }
  expect(principalOf(cds.User.privileged)).toEqual(privileged)
})
