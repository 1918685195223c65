import { inspect } from 'node:util'

import { TokenError } from '../../../../src/errors.js'
import { OidcSecurityContext } from '../../../../src/token/issuers/oidc-security-context.js'
import { forge, signingKey } from '../../../integration/oidc/forge.js'

const CLAIMS = {
  ...{ iss: 'https://idp.example', aud: 'maintenance', sub: 'e-4711', client_id: 'web' },
  ...{ preferred_username: 'erika', given_name: 'Erika', family_name: 'Muster' },
  ...{ email: 'erika@example.com', scope: 'openid write', exp: 1_900_000_000, iat: 1_800_000_000 }
}
const JWT = forge(signingKey('k1'), { kid: 'k1' }, CLAIMS)
const context = () => new OidcSecurityContext(JWT)

test('the token has the getters of @sap/xssec', () => {
  expect(context().token).toMatchObject({
    ...{ jwt: JWT, payload: CLAIMS, header: { kid: 'k1' } },
    ...{ issuer: CLAIMS.iss, subject: 'e-4711', audiences: ['maintenance'], clientId: 'web' },
    ...{ email: CLAIMS.email, givenName: 'Erika', familyName: 'Muster' },
    ...{ expirationDate: new Date(CLAIMS.exp * 1000), issueDate: new Date(CLAIMS.iat * 1000) },
    ...{ grantType: undefined, expired: false, scopes: ['openid', 'write'] }
  })
})

test('and its methods', () => {
  const { token } = context()
  expect(token.getTokenValue()).toBe(JWT)
  expect(token.getClientId()).toBe('web')
  expect(token.getPayload()).toEqual(CLAIMS)
  expect(token.getAudiencesArray()).toEqual(['maintenance'])
  expect(token.getExpirationDate()).toEqual(new Date(CLAIMS.exp * 1000))
})

test('the context has those of security contexts', () => {
  const authInfo = context()
  expect(authInfo.getAppToken()).toBe(JWT)
  expect(authInfo.getTokenInfo()).toBe(authInfo.token)
  expect(authInfo.getLogonName()).toBe('erika')
  expect(authInfo.getEmail()).toBe(CLAIMS.email)
  expect(authInfo.getClientId()).toBe('web')
  expect(authInfo.getSubdomain()).toBeNull()
})

test('the client is never guessed from the audience', () => {
  const jwt = forge(signingKey('k1'), {}, { ...CLAIMS, client_id: undefined })
  expect(new OidcSecurityContext(jwt).token.clientId).toBeNull()
})

test('printing it shows no token, however deep', () => {
  const authInfo = context()
  authInfo.getLogonName()
  for (const each of [authInfo, authInfo.token]) {
    const printed = inspect(each, { depth: 9, showHidden: true, getters: false })
    expect(printed + JSON.stringify(each)).not.toMatch(/eyJ|erika/i)
  }
})

test('what code does to the claims stays in its request', () => {
  const claims = context().token.payload as Record<string, unknown>
  claims.scope = 'admin'
  expect(context().token.payload).toEqual(CLAIMS)
})

test('a token is taken apart when somebody looks inside, not before', () => {
  const { token } = new OidcSecurityContext('no token')
  expect(token.jwt).toBe('no token')
  expect(() => token.payload).toThrow(TokenError)
})
