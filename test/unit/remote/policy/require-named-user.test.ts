import { requireNamedUser } from '../../../../src/remote/policy/caller.js'
import { type Principal, TokenPrincipal } from '../../../../src/user/principal.js'

const user = (expiresAt: number) =>
  new TokenPrincipal({
    ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa' },
    expiresAt,
    bearerToken: 'x'
  })
const now = () => Math.floor(Date.now() / 1000)

test('a named user with a valid token may go', () => {
  const alice = user(now() + 60)
  expect(requireNamedUser('S4', alice)).toBe(alice)
})

test('an expired token is not sent', () => {
  expect(() => requireNamedUser('S4', user(now() - 1))).toThrow(
    expect.objectContaining({ code: 'ERR_TOKEN_EXPIRES', status: 401 })
  )
})

test.each<[Principal, RegExp, RegExp]>([
  [{ kind: 'anonymous' }, /anonymous \(no credentials, or no request at all\)/, /@requires/],
  [
    { kind: 'technical', origin: 'token', tenant: undefined },
    /client_credentials/,
    /Let the caller send/
  ],
  [
    { kind: 'technical', origin: 'privileged', tenant: undefined },
    /cds\.User\.privileged/,
    /cds\.spawn/
  ],
  [
    { kind: 'technical', origin: 'custom', tenant: undefined },
    /without the "authInfo" of a validated token/,
    /new cds\.User\(\{ \.\.\.user, id \}\)/
  ],
  [
    { kind: 'technical', origin: 'custom', tenant: undefined, reason: 'other' },
    /made of one token and has the "authInfo" of another/,
    /the user object of the request/
  ]
])('%j is refused, with who is current and what to do', (principal, who, what) => {
  const attempt = () => requireNamedUser('S4', principal)
  expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_USER_TOKEN_REQUIRED', status: 403 }))
  expect(attempt).toThrow(who)
  expect(attempt).toThrow(what)
  expect(attempt).toThrow(/"S4".*Nothing was sent/)
})
