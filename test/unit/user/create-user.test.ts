import { createUser } from '../../../src/user/create-user.js'
import type { Identity } from '../../../src/user/identity.js'
import { principalOf } from '../../../src/user/principal.js'

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

test('the user is who the token says, and principalOf knows the token', () => {
  const user = createUser(ALICE, 'token', {})
  expect(user.id).toBe('alice')
  expect(user.is('Viewer')).toBe(true)
  expect(user.is('Admin')).toBe(false)
  expect(user.is('constructor')).toBe(false)
  expect({ ...user.attr }).toEqual({ a: ['1'], email: 'alice@example.com' })
  expect(principalOf(user)).toMatchObject({ kind: 'named', userId: 'alice', bearerToken: 'token' })
})

test('a technical user is no named one', () => {
  expect(principalOf(createUser(SYSTEM, 'token', {}))).toMatchObject({ kind: 'technical' })
})

test('I27: what an application changes on a user does not reach the next request', () => {
  const first = createUser(ALICE, 'token', {})
  Object.assign(first.roles, { Admin: 1 })
  ;(first.attr.a as unknown as string[]).push('2')
  Object.assign(first.attr, { b: ['3'] })
  const second = createUser(ALICE, 'token', {})
  expect(second.is('Admin')).toBe(false)
  expect({ ...second.attr }).toEqual({ a: ['1'], email: 'alice@example.com' })
})
