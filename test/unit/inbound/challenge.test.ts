import { RequestError, TokenError } from '../../../src/errors.js'
import { challengesFor } from '../../../src/inbound/response.js'

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

  test('a scheme that is not ours counts as no credentials', () => {
    expect(challengesFor(new RequestError('ERR_SCHEME_UNSUPPORTED', 'x'))).toEqual(['Bearer'])
  })
})
