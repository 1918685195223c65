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

describe('R01, R13: three segments of base64url', () => {
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

describe('R02: header and payload are JSON objects in UTF-8', () => {
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

test('R86: whatever comes, it is taken apart or refused with our error', () => {
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
