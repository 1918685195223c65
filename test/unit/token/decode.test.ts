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
