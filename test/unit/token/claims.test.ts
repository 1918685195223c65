import {
  actorOf,
  clientOf,
  isTechnicalGrant,
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

describe('a refusal says what is wrong and what to do', () => {
  const shape =
    'Compare the claims with those of another token of the issuer (npx cds-principal explain token), and look at who has made it.'
  const at = (claims: object) => () => {
    checkTimes(claims as never, NOW)
  }

  test.each<[string, () => unknown, string]>([
    ['a text', () => stringClaim({ azp: 1 }, 'azp'), `"azp" claim must be a string. ${shape}`],
    [
      'texts',
      () => stringsClaim({ aud: 1 }, 'aud'),
      `"aud" claim must be a string or a list of strings. ${shape}`
    ],
    [
      'a tenant',
      () => tenantClaim({ zid: 'a/b' }, 'zid'),
      `"zid" claim is not a tenant id. ${shape}`
    ],
    ['no end', at({}), `missing required "exp" claim. ${shape}`],
    ['a number', at({ exp: '1' }), `"exp" claim must be a number of seconds. ${shape}`],
    [
      'an end that is over',
      at({ exp: NOW - 300 }),
      'the token has expired: it ended 5 min ago. Get a new token (of the emulated services: npx cds-principal token <user>). If new tokens end as fast, check the clock of this machine.'
    ],
    [
      'a begin that is to come',
      at({ exp: NOW + 9000, nbf: NOW + 300 }),
      'the token is not valid yet ("nbf" claim): it starts in 5 min. Check the clocks of this machine and of the issuer: they differ by that.'
    ],
    [
      'an end that is far',
      at({ exp: NOW + 10 * 24 * 3600 }),
      '"exp" claim is more than 7 days ahead (sent 10 days). Set a shorter token validity at the issuer.'
    ]
  ])('%s', (_, read, message) => {
    expect(read).toThrow(new Error(message))
  })
})

test('a token lives 7 days at most, with the leeway', () => {
  const longest = 7 * 24 * 3600 + 60
  expect(() => {
    checkTimes({ exp: NOW + longest }, NOW)
  }).not.toThrow()
  expect(() => {
    checkTimes({ exp: NOW + longest + 1 }, NOW)
  }).toThrow(code('ERR_TOKEN_CLAIM'))
})

test.each([0, Number.POSITIVE_INFINITY, Number.NaN, { valueOf: () => NOW + 9 }])(
  'no token ends at %p',
  (exp) => {
    expect(() => {
      checkTimes({ exp }, NOW)
    }).toThrow(code('ERR_TOKEN_CLAIM'))
  }
)

test.each([
  [{ azp: 'a', cid: 'b', client_id: 'c' }, 'a'],
  [{ cid: 'b', client_id: 'c' }, 'b'],
  [{ client_id: 'c' }, 'c'],
  [{}, undefined]
])('the client of a token of the platform: %j', (payload, client) => {
  expect(clientOf(payload)).toBe(client)
})

test('nobody acts by a claim that is a list', () => {
  const act = Object.assign([], { sub: 'agent', client_id: 'agent' })
  expect(actorOf({ act })).toBe('')
})

test.each([
  ['client_credentials', true],
  ['client_x509', true],
  ['password', false],
  ['', false],
  [undefined, false]
])('the grant %s stands for a client: %s', (grant_type, technical) => {
  expect(isTechnicalGrant({ grant_type })).toBe(technical)
})
