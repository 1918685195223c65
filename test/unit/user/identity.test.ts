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

describe('technical tokens are told by their grant, exactly', () => {
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

  const written = {
    Latin: ['Žofie Müller', 'Zo\u0308e', 'Nguyễn Thị Ánh', 'Øyvind', 'İpek Işık', 'Straße'],
    'with signs': ['o’neil+1@example.com', 'a b', 'DOMAIN\\a', 'P000123', 'sap.com#alice', '*'],
    'other scripts': [
      '田中 太郎',
      '𠮷野',
      'Ελένη',
      'Олександр',
      '김민준',
      'ณัฐวุฒิ',
      'ქეთევან',
      'አበበ'
    ],
    'from right to left': ['محمد', 'العربية', 'דָּנִי', 'مُحَمَّد', 'alice محمد'],
    'with joiners': [
      'ශ්\u200dරී',
      'क्\u200dष',
      'र्\u200dयु',
      'علی\u200cرضا',
      'می\u200cخواهم',
      'न्\u200cन'
    ],
    emoji: [
      '😀',
      '👩\u200d🚀',
      '👩🏽\u200d🚀',
      '👨\u200d👩\u200d👧\u200d👦',
      '❤\ufe0f',
      '🏳\ufe0f\u200d🌈',
      '1\ufe0f\u20e3'
    ],
    flags: ['🇩🇪', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    'emoji in a name': [
      'alice 👩\u200d🚀',
      '👩\u200d🚀alice',
      'al❤\ufe0fice',
      '👩\u200d🚀👩\u200d🚀'
    ]
  }
  const real = Object.entries(written).flatMap(([kind, all]) => all.map((each) => [kind, each]))
  test.each(real)('%s: %s is one', (_, user_name) => {
    expect(identity({ grant_type: 'password', user_name }).userId).toBe(user_name)
  })

  const odd = {
    'a joiner at an end': [
      '\u200dalice',
      'alice\u200d',
      '👩\u200d',
      '\u200d🚀',
      'علی\u200c',
      'ශ්\u200d',
      '\u200cرضا'
    ],
    'a joiner between others': [
      'a\u200db',
      'a\u200cb',
      '田\u200d中',
      'Zo\u0308\u200de',
      '1\u200d2'
    ],
    'more than one joiner': ['👩\u200d\u200d🚀', 'علی\u200c\u200cرضا', 'ශ්\u200d\u200dරී'],
    'a joiner that changes nothing': ['رضا\u200cعلی', 'علی\u200calice', 'ක\u200dරී', '😀\u200d😀'],
    'a selector that changes nothing': ['a\ufe0f', '❤\ufe0f\ufe0f', '\ufe0f❤', '邉\u{e0100}'],
    'tags that are no flag': ['🏴\u{e0067}\u{e0062}', 'a\u{e0067}\u{e007f}', '🏴\u{e007f}'],
    'controls of direction': ['\u200f', '\u061c', '\u202a', '\u202e', '\u2066', '\u2069'].flatMap(
      (each) => [`${each}محمد`, `מ${each}ד`, `alice${each}`, `👩\u200d🚀${each}`]
    ),
    'half of an emoji': ['👩\u200d\ud83d', '\ude80👩\u200d🚀']
  }
  const refusedOnes = Object.entries(odd).flatMap(([kind, all]) =>
    all.map((each) => [kind, JSON.stringify(each), each])
  )
  test.each(refusedOnes)('%s: %s is refused', (_kind, _name, user_name) => {
    expect(() => identity({ grant_type: 'password', user_name })).toThrow(refused)
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

test('a name has 255 characters at most', () => {
  const user_name = 'x'.repeat(255)
  expect(identity({ grant_type: 'password', user_name }).userId).toBe(user_name)
})

test('the refusal of a name says what to do', () => {
  const says =
    /^the claim with the user id is missing or not usable\. Let the issuer send it.*"userId" in cds\.requires\.auth/
  expect(() => identity({ grant_type: 'password' })).toThrow(says)
})
