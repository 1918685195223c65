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
  ['R04', { ...GOOD, alg: 'none' }],
  ['R04', { ...GOOD, alg: 'None' }],
  ['R04', { ...GOOD, alg: 'rs256' }],
  ['R04', { ...GOOD, alg: 'HS256' }],
  ['R04', { ...GOOD, alg: ['RS256'] }],
  ['R04', { kid: 'k' }],
  ['R08', { alg: 'RS256' }],
  ['R08', { ...GOOD, kid: '' }],
  ['R08', { ...GOOD, kid: ['k'] }],
  ['R08', { ...GOOD, kid: 'k'.repeat(257) }],
  ['R09', { ...GOOD, crit: [] }],
  ['R09', { ...GOOD, crit: ['exp'], exp: 1 }],
  ['R09', { ...GOOD, b64: false }],
  ['R10', { ...GOOD, typ: 'logout+jwt' }],
  ['R10', { ...GOOD, typ: 1 }]
])('%s: %j is refused', (_, header) => {
  expect(() => {
    check(header)
  }).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_HEADER', status: 401 }))
})
