import type { Identity } from '../../../src/user/identity.js'
import { featuresOfMocked, mockedNames } from '../../../src/user/mocked-features.js'

const OPTIONS = {
  users: {
    alice: { features: ['a'] },
    bob: { id: 'robert', features: 'b' },
    carol: { id: 'carol' },
    dave: true,
    erin: { features: [] },
    robert: { features: ['of another'] }
  },
  tenants: { t1: { features: ['t'] }, t2: {} }
} as never

test.each<[string, string | undefined, unknown]>([
  ['alice', 't1', ['a']],
  ['robert', 't1', 'b'],
  ['bob', undefined, 'b'],
  ['carol', 't1', ['t']],
  ['carol', 't2', undefined],
  ['carol', 't3', undefined],
  ['carol', undefined, undefined],
  ['dave', 't1', ['t']],
  ['erin', 't1', []],
  ['nobody', 't1', ['t']],
  ['constructor', 't1', ['t']],
  ['nobody', 'constructor', undefined]
])('%s of tenant %s has the features %j', (name, tenant, expected) => {
  expect(featuresOfMocked(OPTIONS, [name], tenant)).toEqual(expected)
})

test('without mocked users and tenants nobody has any', () => {
  expect(featuresOfMocked({}, ['alice'], 't1')).toBeUndefined()
})

test('of somebody without a tenant those of no tenant count', () => {
  const tenants = { undefined: { features: ['t'] } }
  expect(featuresOfMocked({ tenants }, ['nobody'], undefined)).toBeUndefined()
})

describe('a mocked user is found by what the token names him, whatever the id is', () => {
  const token = (claims: object) => {
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    return [encoded({ alg: 'RS256' }), encoded(claims), 'AAAA'].join('.')
  }
  const identity = (part: Partial<Identity>): Identity => ({
    ...{ kind: 'named' as const, userId: 'alice@example.com', tenant: 't1', issuer: 'xsuaa' },
    ...{ expiresAt: 1, roles: {}, attributes: {} },
    ...part
  })
  const features = (part: Partial<Identity>, claims: object) =>
    featuresOfMocked(OPTIONS, mockedNames(identity(part), token(claims)), 't1')

  test.each<[string, Partial<Identity>, object, unknown]>([
    ['XSUAA', {}, { user_name: 'alice', email: 'alice@example.com' }, ['a']],
    ['Identity Authentication', { userId: 'uuid' }, { preferred_username: 'alice' }, ['a']],
    ['the id before other names', { userId: 'robert' }, { user_name: 'alice' }, 'b'],
    ['a technical user of another client', { kind: 'technical', client: 'alice' }, {}, ['a']],
    ['names that are no texts', {}, { user_name: ['alice'], preferred_username: 1 }, ['t']],
    ['nobody', { kind: 'technical', client: undefined }, { user_name: 'alice' }, ['t']]
  ])('%s', (_, part, claims, expected) => {
    expect(features(part, claims)).toEqual(expected)
  })
})
