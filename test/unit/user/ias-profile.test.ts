import { iasProfile } from '../../../src/user/ias-profile.js'

const CLIENT = '3d7f4a3e-0d1c-4a0e-9b0e-3f7b6a1f6c2d'
const profile = iasProfile({
  clientid: CLIENT,
  url: 'https://t.example.com',
  domains: ['example.com']
})

const USER = {
  ...{ iss: 'https://t.example.com', sub: 'P000001', aud: CLIENT, azp: CLIENT, app_tid: 't1' },
  ...{ exp: 1, iat: 1, jti: 'x', scim_id: 's', user_uuid: 'u', sap_id_type: 'user' },
  ...{ given_name: 'Alice', family_name: 'Example', email: 'alice@example.com' },
  groups: ['maintenance'],
  plant: '1010',
  email_verified: false,
  level: 5,
  address: { city: 'Ulm' },
  'cost center': ['1'],
  'urn:x:y': 'z'
}

test('a user has the subject as id, no roles, and claims as attributes', () => {
  expect(profile.isTechnical(USER)).toBe(false)
  expect(profile.userId(USER)).toBe('P000001')
  expect({ ...profile.roles(USER) }).toEqual({})
  expect({ ...profile.attributes(USER) }).toEqual({
    ...{ given_name: 'Alice', givenName: 'Alice' },
    ...{ family_name: 'Example', familyName: 'Example' },
    email: 'alice@example.com',
    groups: ['maintenance'],
    plant: '1010',
    sap_id_type: 'user',
    email_verified: false,
    level: 5,
    address: { city: 'Ulm' },
    'cost center': ['1'],
    'urn:x:y': 'z'
  })
})

test('a technical token is one whose subject is its client; consumed APIs are its roles', () => {
  const technical = { ...USER, sub: CLIENT, ias_apis: ['read', 'internal-user', 1] }
  expect(profile.isTechnical(technical)).toBe(true)
  expect(profile.isOwnClient(technical)).toBe(true)
  expect(profile.isOwnClient({ ...technical, azp: 'other', sub: 'other' })).toBe(false)
  expect({ ...profile.roles(technical) }).toEqual({ read: 1 })
})

test('a user has no roles from consumed APIs: they are the client’s', () => {
  const named = { ...USER, ias_apis: ['read', 'write'] }
  expect(profile.isTechnical(named)).toBe(false)
  expect({ ...profile.roles(named) }).toEqual({})
})

test.each([undefined, null, 'read', { 0: 'read' }, [], [''], [null]])(
  'consumed APIs of a technical token that are none: %j',
  (ias_apis) => {
    expect({ ...profile.roles({ ...USER, sub: CLIENT, ias_apis }) }).toEqual({})
  }
)

test('without azp the only audience is the client', () => {
  const { azp: _, ...claims } = USER
  expect(profile.isTechnical({ ...claims, sub: CLIENT })).toBe(true)
  expect(profile.isTechnical({ ...claims, sub: CLIENT, aud: [CLIENT, 'other'] })).toBe(false)
})

test('the claim that becomes the id can be configured; an e-mail address that is not verified is none', () => {
  const credentials = { clientid: CLIENT, url: 'https://t.example.com', domains: ['example.com'] }
  const byEmail = iasProfile(credentials, ['email', 'scim_id'])
  expect(byEmail.userId({ ...USER, email_verified: true })).toBe('alice@example.com')
  expect(byEmail.userId(USER)).toBe('s')
  for (const email_verified of ['false', 'False', 0])
    expect(byEmail.userId({ ...USER, email_verified })).toBe('s')
  expect(byEmail.userId({ ...USER, email_verified: 'true' })).toBe('alice@example.com')
})

test('a name is an attribute twice only if there is one', () => {
  const names = ['logonName', 'user_name']
  expect(Object.keys(profile.attributes(USER)).filter((name) => names.includes(name))).toEqual([])
  const { logonName } = profile.attributes({ ...USER, user_name: 'alice' })
  expect(logonName).toEqual('alice')
})

test.each([
  [{}, { origin: 'https://t.example.com', subject: 'u' }],
  [{ ias_iss: 'https://ias.example.com' }, { origin: 'https://ias.example.com', subject: 'u' }],
  [{ user_uuid: undefined }, { origin: 'https://t.example.com', subject: 's' }],
  [
    { user_uuid: '', scim_id: undefined },
    { origin: 'https://t.example.com', subject: 'P000001' }
  ],
  [{ iss: undefined }, { origin: undefined, subject: 'u' }]
])('with %j the person is %j', (claims, person) => {
  expect(profile.person({ ...USER, ...claims })).toEqual(person)
})

test('its own client is told also of a token of a user', () => {
  expect(profile.isOwnClient(USER)).toBe(true)
  expect(profile.isOwnClient({ ...USER, azp: 'other' })).toBe(false)
})
