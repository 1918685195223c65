import { inspect } from 'node:util'

import cds from '@sap/cds'

import {
  describe as describePrincipal,
  namedUser,
  principalOf,
  registerPrincipal
} from '../../../src/user/principal.js'

const BEARER = 'header.payload.signature'

function alice() {
  const authInfo = {}
  const principal = namedUser({
    userId: 'alice',
    tenant: 't1',
    issuer: 'xsuaa',
    expiresAt: 1,
    bearerToken: BEARER
  })
  registerPrincipal(authInfo, principal)
  return { authInfo, principal, user: new cds.User({ id: 'alice', authInfo } as never) }
}

test('the user of a validated token is a named user, also in a copy', () => {
  const { user, principal } = alice()
  expect(principalOf(user)).toBe(principal)
  expect(principalOf(new cds.User(user as never))).toBe(principal)
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
    'with an authInfo of its own',
    new cds.User({ id: 'alice', authInfo: { token: { jwt: BEARER } } } as never),
    'technical'
  ]
])('%s is %s', (_, user, kind) => {
  expect(principalOf(user as never)).toMatchObject({ kind })
})

test("a user object with another id than its token's is not that user", () => {
  const { authInfo } = alice()
  const user = new cds.User({ id: 'bob', authInfo } as never)
  expect(principalOf(user)).toMatchObject({ kind: 'technical', origin: 'custom' })
})

test('R80: the token shows in no print of a principal', () => {
  const { principal } = alice()
  expect(inspect(principal, { depth: 9 })).not.toContain(BEARER)
  expect(JSON.stringify(principal)).not.toContain(BEARER)
  expect(principal.bearerToken).toBe(BEARER)
})

test('descriptions name no user', () => {
  const { principal } = alice()
  expect(describePrincipal(principal)).toBe('a named user')
  expect(describePrincipal(principalOf(cds.User.privileged))).toContain('cds.User.privileged')
  expect(describePrincipal(principalOf(undefined))).toContain('anonymous')
})
