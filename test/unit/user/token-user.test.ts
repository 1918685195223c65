import { inspect } from 'node:util'

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
const SYSTEM: Identity = { ...ALICE, kind: 'technical', userId: 'system', attributes: {} }

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

test('the user is who the token says', () => {
  const user = userOf(ALICE)
  expect(user.constructor).toBe(new cds.User('x').constructor)
  expect(user.id).toBe('alice')
  expect(user.is('Viewer')).toBe(true)
  expect(user.is('Admin')).toBe(false)
  expect({ ...user.attr }).toEqual({ a: ['1'], email: 'alice@example.com' })
  expect((user as unknown as { authInfo: Context }).authInfo.token.jwt).toBe(BEARER)
})

test('no inherited name is a role or an attribute', () => {
  const user = userOf(ALICE)
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    expect([name, user.is(name)]).toEqual([name, false])
    expect([name, Object.hasOwn(user.attr, name)]).toEqual([name, false])
  }
})

test('what an application changes on a user does not reach the next request', () => {
  const first = userOf(ALICE)
  Object.assign(first.roles, { Admin: 1 })
  ;(first.attr.a as unknown as string[]).push('2')
  Object.assign(first.attr, { b: ['3'] })
  first.attr.email = 'mallory@example.com'
  const second = userOf(ALICE)
  expect(second.is('Admin')).toBe(false)
  expect({ ...second.attr }).toEqual({ a: ['1'], email: 'alice@example.com' })
})

test('parts can be replaced, as on any user', () => {
  const user = userOf(ALICE)
  user.attr = { a: ['2'] } as never
  user.roles = { Admin: 1 } as never
  expect(user.attr).toEqual({ a: ['2'] })
  expect([user.is('Admin'), user.is('Viewer')]).toEqual([true, false])
})

/** Bob's, as somebody could come by it who has his user object. */
const BOB: Identity = { ...ALICE, userId: 'bob', tenant: 't2' }
const USER_PROTOTYPE = Object.getPrototypeOf(new cds.User('x')) as object
type Held = cds.User & { authInfo?: object }
const authInfoOf = (user: cds.User) => (user as Held).authInfo
test('a list of roles is what CAP makes of one', () => {
  const user = userOf(ALICE)
  user.roles = ['Admin', 'Editor'] as never
  expect([user.is('Admin'), user.is('Editor'), user.is('Viewer')]).toEqual([true, true, false])
  expect(user.roles).toEqual({ Admin: 1, Editor: 1 })
})

describe('who is current', () => {
  test('the user of a validated token is a named user', () => {
    expect(principalOf(userOf(ALICE))).toMatchObject({
      kind: 'named',
      userId: 'alice',
      tenant: 't1'
    })
    expect(principalOf(userOf(ALICE))).toHaveProperty('bearerToken', BEARER)
  })

  test('a technical user is none', () => {
    expect(principalOf(userOf(SYSTEM))).toMatchObject({ kind: 'technical', origin: 'token' })
  })

  test.each([
    ['new cds.User(user)', (user: cds.User) => new cds.User(user as never)],
    ['a spread copy', (user: cds.User) => new cds.User(Object.assign({}, user) as never)],
    ['cds.User(user)', (user: cds.User) => (cds.User as unknown as (u: object) => cds.User)(user)]
  ])('%s keeps everything', (_, copied) => {
    const copy = copied(userOf(ALICE))
    expect(copy.is('Viewer')).toBe(true)
    expect(copy.attr.a).toEqual(['1'])
    expect(principalOf(copy)).toMatchObject({ kind: 'named', userId: 'alice' })
  })

  test.each([
    ['no user at all', undefined, 'anonymous'],
    ['the anonymous user', cds.User.anonymous, 'anonymous'],
    ['the privileged user', cds.User.privileged, 'technical'],
    [
      'a privileged user of the queue',
      Object.assign(new cds.User.Privileged(), { id: 'alice' }),
      'technical'
    ],
    ['a user that the application made', new cds.User('alice'), 'technical'],
    [
      'one with an authInfo of its own',
      new cds.User({ id: 'alice', authInfo: new Context(BEARER) } as never),
      'technical'
    ]
  ])('%s is %s', (_, user, kind) => {
    expect(principalOf(user as never)).toMatchObject({ kind })
  })
})

describe("a changed user is still the token's user", () => {
  const changes: [string, (user: cds.User) => unknown][] = [
    ['an id with a prefix', (user) => Object.assign(user, { id: `idp:${user.id}` })],
    ['an id in upper case', (user) => Object.assign(user, { id: user.id.toUpperCase() })],
    ['the e-mail as id', (user) => Object.assign(user, { id: user.attr.email })],
    ["another user's id", (user) => Object.assign(user, { id: 'bob' })],
    ['no id', (user) => Object.assign(user, { id: undefined })],
    ['other roles and attributes', (user) => Object.assign(user, { roles: {}, attr: { a: 1 } })],
    ['a method of its own', (user) => Object.assign(user, { is: () => true })],
    ['a frozen object', (user) => Object.freeze(user)],
    [
      'a new object with all of it',
      (user) => new cds.User(Object.assign({}, user, { id: 'other' }))
    ],
    ['a new object with its authInfo', (user) => ({ id: 'other', authInfo: authInfoOf(user) })],
    ['its authInfo, on a subclass', (user) => Object.assign(new cds.User('x'), user)],
    ['a clone with the prototype', (user) => Object.create(USER_PROTOTYPE, all(user))],
    ['a proxy', (user) => new Proxy(user, {})],
    ['a proxy with another id', (user) => new Proxy(user, { get: but('id', 'bob') })]
  ]
  const all = (user: object) => Object.getOwnPropertyDescriptors(user)
  const but =
    (name: string, value: unknown) =>
    (target: object, key: string | symbol, receiver: unknown): unknown =>
      key === name ? value : Reflect.get(target, key, receiver)

  test.each(changes)('%s', (_, change) => {
    const principal = principalOf(change(userOf(ALICE)) as never)
    expect(principal).toMatchObject({ kind: 'named', userId: 'alice', tenant: 't1' })
    expect(principal).toHaveProperty('bearerToken', BEARER)
  })

  test.each(changes)('and a technical token stays technical: %s', (_, change) => {
    const principal = principalOf(change(userOf(SYSTEM)) as never)
    expect(principal).toMatchObject({ kind: 'technical', origin: 'token' })
  })

  test('roles and attributes are there through a proxy and an object that inherits', () => {
    for (const user of [new Proxy(userOf(ALICE), {}), Object.create(userOf(ALICE)) as cds.User]) {
      expect([user.is('Viewer'), user.is('Admin'), user.attr.a]).toEqual([true, false, ['1']])
      user.attr = { a: ['2'] } as never
      expect(user.attr).toEqual({ a: ['2'] })
    }
  })
})

describe('nobody becomes somebody else', () => {
  const bob = userOf(BOB)
  const copyOf = (value: unknown) => JSON.parse(JSON.stringify(value)) as object
  const attempts: [string, (alice: cds.User) => unknown, string][] = [
    ["the authInfo of another user's object", (user) => put(user, authInfoOf(bob)), 'other'],
    ['no authInfo any more', (user) => put(user, undefined), 'absent'],
    ['a prototype with it', () => Object.create(bob), 'inherited'],
    ['a prototype put below', (user) => Object.setPrototypeOf(strip(user), bob), 'inherited'],
    ['JSON of a user', () => copyOf(bob), 'unknown'],
    ['JSON of an authInfo', () => ({ id: 'bob', authInfo: copyOf(authInfoOf(bob)) }), 'unknown'],
    ['an object around an authInfo', () => forged(Object.create(authInfoOf(bob) ?? {})), 'unknown'],
    ['a proxy of an authInfo', () => forged(new Proxy(authInfoOf(bob) ?? {}, {})), 'unknown'],
    ['a context of another making', () => forged(new Context(BEARER)), 'unknown'],
    ['the id only', () => new cds.User('bob'), 'absent'],
    ['the members of a token user', () => ({ id: 'bob', ...copyOf(bob.attr) }), 'absent']
  ]
  const put = (user: cds.User, authInfo: unknown) => Object.assign(user, { authInfo })
  const strip = (user: Held) => {
    delete user.authInfo
    return user
  }
  const forged = (authInfo: unknown) => new cds.User({ id: 'bob', authInfo } as never)

  test.each(attempts)('%s', (_, attempt, reason) => {
    expect(principalOf(attempt(userOf(ALICE)) as never)).toEqual({
      ...{ kind: 'technical', origin: 'custom', tenant: undefined },
      reason
    })
  })

  test('an authInfo on the prototype of all users or objects makes nobody of them', () => {
    for (const prototype of [Object.prototype, USER_PROTOTYPE]) {
      Object.defineProperty(prototype, 'authInfo', { value: authInfoOf(bob), configurable: true })
      try {
        expect(principalOf(new cds.User('mallory'))).toMatchObject({ reason: 'inherited' })
        expect(principalOf(userOf(ALICE))).toMatchObject({ kind: 'named', userId: 'alice' })
      } finally {
        Reflect.deleteProperty(prototype, 'authInfo')
      }
    }
  })
})

test('the token shows in no print of a user or principal', () => {
  const user = userOf(ALICE)
  for (const each of [user, principalOf(user)]) {
    expect(inspect(each, { depth: 9, getters: true })).not.toContain('payload.signature')
    expect(JSON.stringify(each)).not.toContain('payload.signature')
  }
})
