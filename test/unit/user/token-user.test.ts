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

test('R29: no inherited name is a role or an attribute', () => {
  const user = userOf(ALICE)
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    expect([name, user.is(name)]).toEqual([name, false])
    expect([name, name in user.attr]).toEqual([name, false])
  }
})

test('I27: what an application changes on a user does not reach the next request', () => {
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

  test("a user object with another id than its token's is not that user", () => {
    const copy = new cds.User(Object.assign({}, userOf(ALICE), { id: 'bob' }))
    expect(principalOf(copy)).toMatchObject({ kind: 'technical', origin: 'custom' })
    const renamed = Object.assign(userOf(ALICE), { id: 'bob' })
    expect(principalOf(renamed)).toMatchObject({ kind: 'technical', origin: 'custom' })
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

test('R80: the token shows in no print of a user or principal', () => {
  const user = userOf(ALICE)
  for (const each of [user, principalOf(user)]) {
    expect(inspect(each, { depth: 9, getters: true })).not.toContain('payload.signature')
    expect(JSON.stringify(each)).not.toContain('payload.signature')
  }
})
