import { featuresOfMocked } from '../../../src/user/mocked-features.js'

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
  expect(featuresOfMocked(OPTIONS, name, tenant)).toEqual(expected)
})

test('without mocked users and tenants nobody has any', () => {
  expect(featuresOfMocked({}, 'alice', 't1')).toBeUndefined()
})

test('of somebody without a tenant those of no tenant count', () => {
  const tenants = { undefined: { features: ['t'] } }
  expect(featuresOfMocked({ tenants }, 'nobody', undefined)).toBeUndefined()
})
