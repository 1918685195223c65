import { fc } from '../../support/generated-inputs.js'

import { decode } from '../../../src/token/decode.js'

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const raw = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const HEADER = segment({ alg: 'RS256', kid: 'k' })
const PAYLOAD = segment({ sub: 'alice' })
const SIGNATURE = raw('signature')
const malformed = expect.objectContaining({ code: 'ERR_TOKEN_MALFORMED', status: 401 })

test('a compact JWS is taken apart', () => {
  expect(decode(`${HEADER}.${PAYLOAD}.${SIGNATURE}`)).toEqual({
    bearerToken: `${HEADER}.${PAYLOAD}.${SIGNATURE}`,
    header: { alg: 'RS256', kid: 'k' },
    payload: { sub: 'alice' }
  })
})

test('Unicode claims stay as they are', () => {
  const token = `${HEADER}.${segment({ given_name: 'Žofie 花子' })}.${SIGNATURE}`
  expect(decode(token).payload).toEqual({ given_name: 'Žofie 花子' })
})

describe('three segments of base64url', () => {
  test.each([
    ['two segments', `${HEADER}.${PAYLOAD}`],
    ['no signature', `${HEADER}.${PAYLOAD}.`],
    ['four segments', `${HEADER}.${PAYLOAD}.${SIGNATURE}.x`],
    ['an encrypted token', `${HEADER}.a.b.c.d`],
    ['padding', `${HEADER}.${PAYLOAD}=.${SIGNATURE}`],
    ['base64 of the other alphabet', `${HEADER}.${PAYLOAD}.ab+/`],
    ['a blank', `${HEADER}. ${PAYLOAD}.${SIGNATURE}`],
    ['JSON serialization', '{"payload":"x"}'],
    ['nothing', ''],
    ['stray bits at the end of a segment', `${HEADER}.${PAYLOAD}.QR`]
  ])('%s', (_, token) => {
    expect(() => decode(token)).toThrow(malformed)
  })
})

describe('header and payload are JSON objects in UTF-8', () => {
  test.each([
    ['null', segment(null)],
    ['an array', segment([])],
    ['a string', segment('x')],
    ['a number', segment(1)],
    ['no JSON', raw('{')],
    ['a byte order mark', raw('\ufeff{}')],
    ['invalid UTF-8', raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))]
  ])('%s', (_, part) => {
    expect(() => decode(`${part}.${PAYLOAD}.${SIGNATURE}`)).toThrow(malformed)
    expect(() => decode(`${HEADER}.${part}.${SIGNATURE}`)).toThrow(malformed)
  })
})

test('whatever comes, it is taken apart or refused with our error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .tuple(fc.string(), fc.jsonValue(), fc.base64String())
          .map(([a, b, c]) => `${raw(a)}.${segment(b)}.${c}`)
      ),
      (token) => {
        try {
          const { payload } = decode(token)
          expect(typeof payload).toBe('object')
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_TOKEN_MALFORMED' })
        }
      }
    ),
    { numRuns: 1000 }
  )
})

test('RFC 4648 section 3.5: a segment is accepted exactly if encoding its bytes gives it again', () => {
  const digit = fc.constantFrom(...'AQgwEIMUYcko048abcxyzXYZ1239-_'.split(''))
  const stray = fc.constantFrom('+', '/', '=', ' ', '\n', 'é', 'Ā', '４', '\u{1f600}', '\0')
  const sometimes = fc.oneof({ weight: 40, arbitrary: digit }, { weight: 1, arbitrary: stray })
  const segments = fc.array(sometimes, { minLength: 1, maxLength: 40 }).map((each) => each.join(''))
  let accepted = 0
  fc.assert(
    fc.property(segments, (signature) => {
      const again = Buffer.from(signature, 'base64url').toString('base64url')
      const token = `${HEADER}.${PAYLOAD}.${signature}`
      if (again !== signature) return expect(() => decode(token)).toThrow(malformed)
      accepted++
      expect(decode(token).payload).toEqual({ sub: 'alice' })
    }),
    { numRuns: 5000 }
  )
  expect(accepted).toBeGreaterThan(500)
})

describe('a refusal says what came and what to do', () => {
  const cut =
    'The token was cut or changed on its way: compare its length with that of "access_token".'
  const jwt = 'the token is not a JWT of three base64url segments'
  const send =
    'Send all of "access_token" of the token response, and nothing else. Opaque tokens are not accepted.'
  const unset =
    'The variable or setting with the token has no value: look at the request for the token before.'

  test.each([
    ['opaque', `${jwt} (sent 1 segment). ${send}`],
    [`${HEADER}.${PAYLOAD}`, `${jwt} (sent 2 segments). ${send}`],
    [`${HEADER}.${PAYLOAD}.${SIGNATURE}.x`, `${jwt} (sent 4 segments). ${send}`],
    ...['undefined', 'null', 'none', 'nil', 'NaN', 'true', 'false'].map((word) => [
      word,
      `${jwt} (sent the word "${word}"). ${unset}`
    ]),
    [
      `${HEADER}.a.b.c.d`,
      'the token is encrypted (JWE); only signed tokens are accepted. Turn off the encryption of access tokens at the issuer.'
    ],
    [`${HEADER}.${PAYLOAD}.a=`, `the token's signature is not canonical base64url. ${cut}`],
    [`${HEADER}.a=.${SIGNATURE}`, `the token's payload is not canonical base64url. ${cut}`],
    [`a=.${PAYLOAD}.${SIGNATURE}`, `the token's header is not canonical base64url. ${cut}`],
    [`${raw('{')}.${PAYLOAD}.${SIGNATURE}`, `the token's header is not JSON in UTF-8. ${cut}`],
    [`${HEADER}.${raw('{')}.${SIGNATURE}`, `the token's payload is not JSON in UTF-8. ${cut}`],
    [`${HEADER}.${segment([])}.${SIGNATURE}`, `the token's payload is not a JSON object. ${cut}`]
  ])('%s: %s', (token, message) => {
    expect(() => decode(token)).toThrow(new Error(message))
  })

  test.each(['.', '..', '...', `.${PAYLOAD}.${SIGNATURE}`, `${HEADER}..${SIGNATURE}`])(
    'empty segments are none: %s',
    (token) => {
      expect(() => decode(token)).toThrow(jwt)
    }
  )
})

test('UTF-8 is read strictly also where it is not ASCII', () => {
  const payloadOf = (...bytes: number[]) =>
    raw(Buffer.concat([Buffer.from('{"a":"é'), Buffer.from(bytes), Buffer.from('"}')]))
  expect(() => decode(`${HEADER}.${payloadOf(0xff)}.${SIGNATURE}`)).toThrow('not JSON in UTF-8')
  const mark = raw('\ufeff{"a":"é"}')
  expect(() => decode(`${HEADER}.${mark}.${SIGNATURE}`)).toThrow('not JSON in UTF-8')
})
