import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { authorizationOf, likelyToken } from '../../../src/inbound/authorization.js'

/** A request as Node's parser leaves it: every header line on its own in `rawHeaders`. */
function requestWith(...values: string[]): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  const [authorization] = values
  req.rawHeaders = values.flatMap((value, i) => [i ? 'authorization' : 'Authorization', value])
  Object.defineProperties(req, {
    headers: { value: values.length ? { authorization } : {} },
    headersDistinct: { value: values.length ? { authorization: values } : {} }
  })
  return req
}

describe('only one Authorization header, one scheme, one credential', () => {
  test('no header means no credentials', () => {
    expect(authorizationOf(requestWith())).toEqual({ scheme: 'none' })
  })

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('the scheme "%s" is Bearer', (scheme) => {
    expect(authorizationOf(requestWith(`${scheme} a.b.c`))).toEqual({
      scheme: 'bearer',
      bearerToken: 'a.b.c'
    })
  })

  test('Basic is told apart', () => {
    expect(authorizationOf(requestWith('Basic YWxpY2U6'))).toEqual({
      scheme: 'basic',
      credentials: 'YWxpY2U6'
    })
  })

  test.each([
    ['two headers', ['Bearer a.b.c', 'Bearer a.b.c']],
    ['two headers of different schemes', ['Basic YWxpY2U6', 'Bearer a.b.c']],
    ['a token only', [`${'a'.repeat(30)}.b.c`]],
    ['something behind the token', ['Bearer a.b.c d']],
    ['a list of credentials', ['Bearer a.b.c, Bearer d.e.f']],
    ['parameters', ['Bearer token="a.b.c"']],
    ['a tab', ['Bearer\ta.b.c']],
    ['an empty one and another', ['', 'Bearer a.b.c']]
  ])('%s is malformed', (_, values) => {
    expect(() => authorizationOf(requestWith(...values))).toThrow(
      expect.objectContaining({ code: 'ERR_REQUEST_MALFORMED', status: 400 })
    )
  })

  test('a token behind the scheme Basic is of another scheme, and nothing of it is said', () => {
    const error = expect.objectContaining({
      code: 'ERR_SCHEME_UNSUPPORTED',
      message:
        '"Authorization" header has a token behind the scheme "Basic" (sent Basic ≠ expected Bearer). ' +
        'Write "Bearer" in place of "Basic" before the token.'
    }) as unknown
    for (const scheme of ['Basic', 'basic']) {
      expect(() => authorizationOf(requestWith(`${scheme} eyJhbGciOiJub25lIn0.e30.c2ln`))).toThrow(
        error as Error
      )
    }
  })

  test.each(['', ' ', '   '])('"%s" is as good as no header', (value) => {
    expect(authorizationOf(requestWith(value))).toEqual({ scheme: 'none' })
  })

  test.each(['Bearer', 'Bearer ', 'bearer  ', 'Basic', 'BASIC '])(
    '"%s" has no credentials',
    (value) => {
      expect(() => authorizationOf(requestWith(value))).toThrow(
        expect.objectContaining({ code: 'ERR_CREDENTIALS_MISSING', status: 401 })
      )
    }
  )

  test.each(['undefined', 'null', 'DPoP'])('"%s" is another scheme', (value) => {
    expect(() => authorizationOf(requestWith(value))).toThrow(
      expect.objectContaining({ code: 'ERR_SCHEME_UNSUPPORTED', status: 401 })
    )
  })

  test.each(['DPoP', 'Negotiate', 'Digest', 'Token', 'constructor'])('%s is refused', (scheme) => {
    expect(() => authorizationOf(requestWith(`${scheme} abc`))).toThrow(
      expect.objectContaining({ code: 'ERR_SCHEME_UNSUPPORTED', status: 401 })
    )
  })

  test('a long run of blanks is refused, not searched', () => {
    expect(() => authorizationOf(requestWith(`Bearer${' '.repeat(1_000_000)}!`))).toThrow()
  })
})

describe('the short cut for tokens that were verified before', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

  test('takes the one header as it is', () => {
    expect(likelyToken(requestWith(`Bearer ${jwt}`))).toBe(jwt)
    expect(likelyToken(requestWith(`Bearer ${jwt}, x`))).toBe(`${jwt}, x`) // equal to no verified token
  })

  test.each([
    ['no header', requestWith()],
    ['two headers', requestWith(`Bearer ${jwt}`, `Bearer ${jwt}`)],
    ['another scheme', requestWith('Basic YWxpY2U6')],
    ['no JWT', requestWith('Bearer abc')],
    [
      'a token in the query as well',
      Object.assign(requestWith(`Bearer ${jwt}`), { url: '/odata?access_token=x' })
    ]
  ])('leaves the rest to whoever reads the header strictly: %s', (_, req) => {
    expect(likelyToken(req)).toBeUndefined()
  })
})
