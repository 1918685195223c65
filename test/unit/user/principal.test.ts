import { inspect } from 'node:util'

import { describe as described, TokenPrincipal } from '../../../src/user/principal.js'

const ALICE = {
  ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa', origin: 'sap.default', subject: '4711' },
  ...{ expiresAt: 5, bearerToken: 'header.payload.signature' }
}

test('a named user is what the token says, without the token in any print', () => {
  const user = new TokenPrincipal(ALICE)
  const { bearerToken, ...rest } = ALICE
  expect(Object.entries(user)).toEqual(Object.entries({ kind: 'named', ...rest }))
  expect(user.bearerToken).toBe(bearerToken)
  for (const text of [JSON.stringify(user), inspect(user, { depth: 9, getters: true })])
    expect(text).not.toContain('signature')
})

describe('one sentence says who is current, and names nobody', () => {
  const custom = (reason?: 'absent' | 'inherited' | 'unknown' | 'other') =>
    ({ kind: 'technical', origin: 'custom', tenant: 't1', ...(reason && { reason }) }) as const

  test.each([
    [new TokenPrincipal(ALICE), 'a named user'],
    [{ kind: 'anonymous' } as const, 'anonymous (no credentials, or no request at all)'],
    [
      { kind: 'technical', origin: 'token', tenant: 't1' } as const,
      'a technical user (a client_credentials token)'
    ],
    [
      { kind: 'technical', origin: 'privileged', tenant: 't1' } as const,
      'the privileged user (cds.User.privileged)'
    ],
    [custom(), 'a user object without the "authInfo" of a validated token'],
    [custom('absent'), 'a user object without the "authInfo" of a validated token'],
    [
      custom('inherited'),
      'a user object that has no "authInfo" of its own, only its prototype has'
    ],
    [custom('unknown'), 'a user object whose "authInfo" is not that of a token validated here'],
    [custom('other'), 'a user object that was made of one token and has the "authInfo" of another']
  ])('%j: %s', (principal, sentence) => {
    expect(described(principal)).toBe(sentence)
  })
})

test('who acts for a user, and a delegation, are named only where there are any', () => {
  const of = (more: object) => Object.keys(new TokenPrincipal({ ...ALICE, ...more }))
  const all = { client: 'c', clientIssuer: 'ias', actor: 'agent', via: 'delegation' } as const
  expect(new TokenPrincipal({ ...ALICE, ...all })).toMatchObject(all)
  expect(of(all)).toEqual(expect.arrayContaining(['client', 'clientIssuer', 'actor', 'via']))
  expect(of({ client: undefined, actor: undefined, via: undefined })).toEqual(of({}))
})
