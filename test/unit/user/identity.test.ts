import { identityOf } from '../../../src/user/identity.js'
import { xsuaaProfile } from '../../../src/user/xsuaa-profile.js'

const profile = xsuaaProfile({
  clientid: 'sb-app!t1',
  xsappname: 'app!t1',
  uaadomain: 'example.com'
})

const identity = (payload: object) =>
  identityOf({ issuer: { alias: 'xsuaa' }, payload, tenant: 't1', expiresAt: 1 } as never, profile)

test('a named user has the logon name, roles and attributes', () => {
  const named = identity({
    grant_type: 'password',
    user_name: 'alice',
    scope: ['app!t1.Technician'],
    'xs.user.attributes': { plant: ['1010'] }
  })
  expect(named).toMatchObject({ kind: 'named', userId: 'alice', tenant: 't1', issuer: 'xsuaa' })
  expect(Object.keys(named.roles)).toEqual(['Technician'])
  expect(named.attributes.plant).toEqual(['1010'])
})

describe('R26: technical tokens are told by their grant, exactly', () => {
  test.each(['client_credentials', 'client_x509'])('%s', (grant_type) => {
    const claims = { grant_type, azp: 'sb-other!t2', user_name: 'alice', scope: ['app!t1.Viewer'] }
    const technical = identity(claims)
    expect(technical).toMatchObject({ kind: 'technical', userId: 'system' })
    expect(Object.keys(technical.roles)).toEqual(['Viewer', 'system-user'])
  })

  test('its own client is the internal user, too', () => {
    const own = identity({ grant_type: 'client_credentials', azp: 'sb-app!t1' })
    expect(Object.keys(own.roles)).toContain('internal-user')
  })

  test.each(['constructor', 'toString', 'CLIENT_CREDENTIALS', undefined])(
    '%s is none',
    (grant_type) => {
      expect(identity({ grant_type, user_name: 'alice' }).kind).toBe('named')
    }
  )
})

const refused = expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' }) as Error

test.each([undefined, null, '', ' ', 'x'.repeat(256), 'anonymous', 'system', 'privileged'])(
  'a user named %j is refused',
  (user_name) => {
    expect(() => identity({ grant_type: 'password', user_name })).toThrow(refused)
  }
)

describe('a name that could be taken for another one is nobody’s', () => {
  const invisible = [
    ...['\0', '\t', '\n', '\r', '\x1f', '\x7f', '\x80', '\x9f'], // control characters
    ...['\ud83d', '\udc00', '\udc00\ud800'], // surrogates by themselves
    ...['\xad', '\u200b', '\u200d', '\u200e', '\u202e', '\u2060', '\u2066', '\ufeff'], // format
    ...['\u2028', '\u2029', '\u115f', '\u3164', '\ufe0f', '\u{e0041}', '\u{e0100}'],
    ...['\ufffe', '\uffff', '\ufdd0', '\u{1ffff}'] // noncharacters
  ]
  const blanks = [' ', '\xa0', '\u1680', '\u2003', '\u202f', '\u205f', '\u3000']
  const names = [
    ...invisible.flatMap((each) => [each, `${each}alice`, `al${each}ice`, `alice${each}`]),
    ...blanks.flatMap((each) => [each, `${each}alice`, `alice${each}`])
  ]
  test.each(names.map((name) => [JSON.stringify(name), name]))('%s', (_, user_name) => {
    expect(() => identity({ grant_type: 'password', user_name })).toThrow(refused)
  })

  test.each([
    'Žofie Müller',
    '田中 太郎',
    'o’neil+1@example.com',
    'محمد',
    '𠮷野',
    '😀',
    'a b',
    'DOMAIN\\a'
  ])('%s is one', (user_name) => {
    expect(identity({ grant_type: 'password', user_name }).userId).toBe(user_name)
  })
})

test('the immutable id and the identity provider are known of a user, and not of a client', () => {
  const claims = { user_name: 'alice', origin: 'sap.default', user_id: '4711' }
  expect(identity({ grant_type: 'password', ...claims })).toMatchObject({
    origin: 'sap.default',
    subject: '4711'
  })
  const technical = identity({ grant_type: 'client_credentials', ...claims })
  expect(technical.origin ?? technical.subject).toBeUndefined()
})
