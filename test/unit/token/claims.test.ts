import {
  actorOf,
  knownClient,
  checkTimes,
  scopesOf,
  stringClaim,
  stringsClaim,
  tenantClaim
} from '../../../src/token/claims.js'

const NOW = 1_800_000_000
const code = (value: string) => expect.objectContaining({ code: value })
const ODD = [null, [], ['x'], {}, true, 1, 'x', '', [null], [{}], -1, Number.NaN, 1e300]

describe('times', () => {
  test('within the leeway of 60 seconds', () => {
    expect(() => {
      checkTimes({ exp: NOW - 59, nbf: NOW + 60 }, NOW)
    }).not.toThrow()
  })

  test.each([
    [{}, 'ERR_TOKEN_CLAIM'],
    [{ exp: null }, 'ERR_TOKEN_CLAIM'],
    [{ exp: String(NOW + 10) }, 'ERR_TOKEN_CLAIM'],
    [{ exp: [NOW + 10] }, 'ERR_TOKEN_CLAIM'],
    [{ exp: true }, 'ERR_TOKEN_CLAIM'],
    [{ exp: -1 }, 'ERR_TOKEN_CLAIM'],
    [{ exp: (NOW + 10) * 1000 }, 'ERR_TOKEN_CLAIM'],
    [{ exp: NOW - 60 }, 'ERR_TOKEN_EXPIRED'],
    [{ exp: NOW + 100, nbf: NOW + 61 }, 'ERR_TOKEN_NOT_YET_VALID'],
    [{ exp: NOW + 100, nbf: String(NOW) }, 'ERR_TOKEN_CLAIM']
  ])('%j is %s', (claims, expected) => {
    expect(() => {
      checkTimes(claims, NOW)
    }).toThrow(code(expected))
  })
})

describe('shapes', () => {
  test.each(ODD)('a string claim that is %j', (value) => {
    const read = () => stringClaim({ azp: value }, 'azp')
    if (value === null) expect(read()).toBeUndefined()
    else if (typeof value === 'string') expect(read()).toBe(value)
    else expect(read).toThrow(code('ERR_TOKEN_CLAIM'))
  })

  test.each([1, {}, true, [1], [null], [['x']], [{}]])('a list of strings that is %j', (value) => {
    expect(() => stringsClaim({ aud: value }, 'aud')).toThrow(code('ERR_TOKEN_CLAIM'))
  })

  test('one string is a list of one, nothing is an empty list', () => {
    expect(stringsClaim({ aud: 'a' }, 'aud')).toEqual(['a'])
    expect(stringsClaim({}, 'aud')).toEqual([])
  })

  test('inherited names are no claims', () => {
    expect(stringClaim({}, 'constructor')).toBeUndefined()
  })
})

test('scopes as list and as one string; none is no error', () => {
  expect(scopesOf({ scope: ['a.b', 'c'] })).toEqual(['a.b', 'c'])
  expect(scopesOf({ scope: 'a.b  c' })).toEqual(['a.b', 'c'])
  expect(scopesOf({})).toEqual([])
})

describe('tenants', () => {
  test.each(['3d7f4a3e-0d1c-4a0e-9b0e-3f7b6a1f6c2d', 't1', 'a.b_c'])('%s', (zid) => {
    expect(tenantClaim({ zid }, 'zid')).toBe(zid)
  })

  test.each(['', '../x', 'a b', 'a'.repeat(65), {}, ['t1'], 1, 'a&zid=b'])('%j is none', (zid) => {
    expect(() => tenantClaim({ zid }, 'zid')).toThrow(code('ERR_TOKEN_CLAIM'))
  })
})

describe('client and actor', () => {
  test.each([
    [{ azp: 'a', cid: 'b' }, 'a'],
    [{ cid: 'b', client_id: 'c' }, 'b'],
    [{ azp: 7, client_id: 'c' }, 'c'],
    [{ azp: '', cid: null }, undefined],
    [{}, undefined]
  ])('client of %j: %s', (payload, client) => {
    expect(knownClient(payload)).toBe(client)
  })

  test.each<[Record<string, unknown>, string | undefined]>([
    [{ act: { sub: 'agent', act: { sub: 'earlier' } } }, 'agent'],
    [{ act: { client_id: 'agent' } }, 'agent'],
    // somebody acts, and nobody knows who
    [{ act: {} }, ''],
    [{ act: 'agent' }, ''],
    [{ act: [{ sub: 'agent' }] }, ''],
    [{ act: { sub: 7 } }, ''],
    [{ act: null }, undefined],
    [{}, undefined]
  ])('actor of %j: %j', (payload, actor) => {
    expect(actorOf(payload)).toBe(actor)
  })
})
