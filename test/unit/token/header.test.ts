import { checkHeader, checkSignatureLength } from '../../../src/token/header.js'

const GOOD = { alg: 'RS256', kid: 'k', typ: 'JWT' }
const check = (header: object) => {
  checkHeader(header as never, ['RS256'])
}

test.each([
  GOOD,
  { alg: 'RS256', kid: 'k' },
  { ...GOOD, typ: 'at+jwt' },
  { ...GOOD, typ: 'application/at+jwt' },
  { ...GOOD, jku: 'https://attacker.example/keys', x5c: ['x'], jwk: {} }
])('%j is accepted', (header) => {
  expect(() => {
    check(header)
  }).not.toThrow()
})

test.each([
  ['algorithms allowed', { ...GOOD, alg: 'none' }],
  ['algorithms allowed', { ...GOOD, alg: 'None' }],
  ['algorithms allowed', { ...GOOD, alg: 'rs256' }],
  ['algorithms allowed', { ...GOOD, alg: 'HS256' }],
  ['algorithms allowed', { ...GOOD, alg: ['RS256'] }],
  ['algorithms allowed', { kid: 'k' }],
  ['key id', { alg: 'RS256' }],
  ['key id', { ...GOOD, kid: '' }],
  ['key id', { ...GOOD, kid: ['k'] }],
  ['key id', { ...GOOD, kid: 'k'.repeat(257) }],
  ['critical headers', { ...GOOD, crit: [] }],
  ['critical headers', { ...GOOD, crit: ['exp'], exp: 1 }],
  ['critical headers', { ...GOOD, b64: false }],
  ['explicit typing', { ...GOOD, typ: 'logout+jwt' }],
  ['explicit typing', { ...GOOD, typ: 1 }]
])('%s: %j is refused', (_, header) => {
  expect(() => {
    check(header)
  }).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_HEADER', status: 401 }))
})

describe('a refusal says what came and what to do', () => {
  const fix =
    'Send an access token of an issuer that is bound or configured; for other algorithms see "algorithms" of cds.requires.auth.issuers.'

  test.each([
    [{ ...GOOD, alg: 'none' }, `"alg" must be one of RS256, ES256 (sent "none"). ${fix}`],
    [{ ...GOOD, alg: 5 }, `"alg" must be one of RS256, ES256. ${fix}`],
    [
      { ...GOOD, alg: 'x'.repeat(50) },
      `"alg" must be one of RS256, ES256 (sent "${'x'.repeat(40)}"). ${fix}`
    ],
    [
      { ...GOOD, typ: 'logout+jwt' },
      `"typ" is not that of an access token (sent "logout+jwt"). ${fix}`
    ],
    [{ ...GOOD, crit: [] }, `"crit" lists extensions that are not understood. ${fix}`],
    [{ ...GOOD, b64: true }, `"b64" is not supported. ${fix}`],
    [{ ...GOOD, kid: '' }, `"kid" is missing or unusable. ${fix}`]
  ])('%j', (header, message) => {
    expect(() => {
      checkHeader(header, ['RS256', 'ES256'])
    }).toThrow(new Error(`token header: ${message}`))
  })
})

test('a key id has 256 characters at most', () => {
  expect(() => {
    check({ ...GOOD, kid: 'k'.repeat(256) })
  }).not.toThrow()
})

describe('a signature has the length of one', () => {
  const checkLength = (length: number) => () => {
    checkSignatureLength(`header.payload.${'s'.repeat(length)}`)
  }

  test.each([342, 512, 683, 2731])('%i characters', (length) => {
    expect(checkLength(length)).not.toThrow()
  })

  test.each([0, 1, 341, 2732])('%i characters are none', (length) => {
    expect(checkLength(length)).toThrow(
      new Error(
        `the token's signature has not the length of one (sent ${length} characters ≠ expected 342 to 2731). Send all of "access_token" of the token response: the end is missing, or another program has made the token.`
      )
    )
  })
})
