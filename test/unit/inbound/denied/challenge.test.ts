import { PrincipalError, RequestError, TokenError } from '../../../../src/errors.js'
import {
  canLogOnHelp,
  challengesFor,
  insufficientScope
} from '../../../../src/inbound/denied/challenge.js'

describe('challenges of RFC 6750', () => {
  test('without credentials there is no error', () => {
    expect(challengesFor()).toEqual(['Bearer'])
  })

  test('Basic is offered behind Bearer', () => {
    expect(challengesFor(undefined, { basic: true })).toEqual([
      'Bearer',
      expect.stringMatching(/^Basic realm=/)
    ])
  })

  test.each([
    [new TokenError('ERR_TOKEN_EXPIRED', 'x'), 'invalid_token'],
    [new RequestError('ERR_REQUEST_MALFORMED', 'x'), 'invalid_request']
  ])('%s', (error, expected) => {
    expect(challengesFor(error)).toEqual([`Bearer error="${expected}"`])
  })

  test('a 401 names the metadata of the endpoint, a malformed request does not', () => {
    const resourceMetadata = 'https://app.example/.well-known/x'
    const named = `resource_metadata="${resourceMetadata}"`
    const expired = new TokenError('ERR_TOKEN_EXPIRED', 'x')
    expect(challengesFor(undefined, { resourceMetadata })).toEqual([`Bearer ${named}`])
    expect(challengesFor(expired, { resourceMetadata })).toEqual([
      `Bearer error="invalid_token", ${named}`
    ])
    const malformed = new RequestError('ERR_REQUEST_MALFORMED', 'x')
    expect(challengesFor(malformed, { resourceMetadata })).toEqual([
      'Bearer error="invalid_request"'
    ])
  })

  test('a scheme that is not ours counts as no credentials', () => {
    expect(challengesFor(new RequestError('ERR_SCHEME_UNSUPPORTED', 'x'))).toEqual(['Bearer'])
  })
})

describe('a 403', () => {
  test.each(['ERR_ROLE_MISSING', 'ERR_GRANT_MISSING', 'ERR_USER_TOKEN_REQUIRED'] as const)(
    '%s: another log-on can help',
    (code) => {
      expect(canLogOnHelp(new PrincipalError(code, 'x'))).toBe(true)
    }
  )

  test.each([
    'ERR_CLIENT_NOT_ALLOWED',
    'ERR_TENANT_MISMATCH',
    'ERR_WRITE_RESTRICTED',
    'ERR_REMOTE_FORBIDDEN'
  ] as const)('%s: another log-on would be in vain', (code) => {
    expect(canLogOnHelp(new PrincipalError(code, 'x'))).toBe(false)
  })

  test('of the application itself says nothing about roles', () => {
    expect(canLogOnHelp(undefined)).toBe(false)
  })

  test('after a call that failed for another reason is one of the application itself', () => {
    expect(canLogOnHelp(new PrincipalError('ERR_REMOTE_TIMEOUT', 'x'))).toBe(false)
  })

  test('names the error, and the metadata of the endpoint', () => {
    expect(insufficientScope({})).toBe('Bearer error="insufficient_scope"')
    const resourceMetadata = 'https://app.example/.well-known/x'
    expect(insufficientScope({ resourceMetadata })).toBe(
      `Bearer error="insufficient_scope", resource_metadata="${resourceMetadata}"`
    )
  })
})
