import { checkHeader } from '../../../src/token/header.js'

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
