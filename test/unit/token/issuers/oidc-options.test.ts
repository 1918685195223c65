import { checkOidcOptions } from '../../../../src/token/issuers/oidc-options.js'

const GOOD = { issuer: 'https://idp.example/realms/plant', audience: 'maintenance' }
const check = (changes: object) => () => {
  checkOidcOptions('partner', { ...GOOD, ...changes })
}

test.each([
  {},
  { issuer: 'http://localhost:8080/realms/plant' },
  { issuer: 'http://127.0.0.1:8080' },
  { issuer: 'http://[::1]:8080' },
  { audience: ['maintenance', 'api://maintenance'] },
  { jwks: 'https://keys.example/jwks?version=2' },
  { algorithms: ['RS256', 'PS512', 'ES256', 'EdDSA'] },
  { tokenType: 'at+jwt' },
  { tokenType: 'id_token' },
  { tenant: 'tid' },
  { tenant: { value: 't1' } },
  { userId: ['preferred_username', 'sub'], userIdPrefix: 'partner/' },
  { roles: { claim: 'realm_access.roles', map: { technician: 'Technician', boss: ['A', 'B'] } } },
  { roles: { claim: ['roles', 'scp'], map: true } },
  { attributeMapping: { plant: 'maintenance.plants' } },
  { jwks: undefined, tenant: null }
])('%j is good', (changes) => {
  expect(check(changes)).not.toThrow()
})

describe('wrong options stop the start with their name', () => {
  test.each([
    ['issuer', undefined],
    ['issuer', 'idp.example'],
    ['issuer', 'http://idp.example'],
    ['issuer', 'http://localhost.evil.example'],
    ['issuer', 'https://user:password@idp.example'],
    ['issuer', 'https://idp.example/#x'],
    ['issuer', ['https://idp.example']],
    ['audience', undefined],
    ['audience', ''],
    ['audience', []],
    ['audience', ['a', 1]],
    ['jwks', 'http://keys.example/jwks'],
    ['jwks', 'file:///keys'],
    ['algorithms', []],
    ['algorithms', 'RS256'],
    ['algorithms', ['none']],
    ['algorithms', ['HS256']],
    ['algorithms', ['RS256', 'rs256']],
    ['tokenType', 'JWT'],
    ['tenant', { value: '../t1' }],
    ['tenant', { claim: 'tid' }],
    ['tenant', ''],
    ['userId', []],
    ['userId', 1],
    ['userIdPrefix', 1],
    ['roles', 'roles'],
    ['roles', { claim: 'roles' }],
    ['roles', { claim: 'roles', map: 'Technician' }],
    ['roles', { claim: 'roles', map: { a: null } }],
    ['roles', { map: true }],
    ['attributeMapping', ['plant']],
    ['attributeMapping', { plant: 1 }],
    ['attributeMapping', { 'a b': 'plant' }],
    ['audiance', 'maintenance'],
    ['constructor', 'x']
  ])('%s: %j', (name, value) => {
    expect(check({ [name]: value })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'ERR_CONFIGURATION',
        message: expect.stringContaining(`cds.requires.auth.issuers.partner.${name} `) as unknown
      })
    )
  })

  test.each([null, 'https://idp.example', []])('%j instead of an object', (options) => {
    expect(() => {
      checkOidcOptions('partner', options)
    }).toThrow(/cds\.requires\.auth\.issuers\.partner must be an object/)
  })

  test.each<[string, unknown, object]>([
    [
      'issuer',
      undefined,
      { cause: /issuer is missing$/, expected: /^an https URL/, fix: /^Add it/ }
    ],
    [
      'issuer',
      'http://idp.example/x',
      { cause: /issuer has a value/, sent: /^http:\/\/idp\.example$/ }
    ],
    ['issuer', 'https://u:canary@idp.example', { sent: /^https:\/\/idp\.example with a user$/ }],
    ['issuer', 'canary', { sent: /^another text$/ }],
    ['audience', [], { sent: /^an empty list$/, expected: /^a text or a list/ }],
    ['userId', 1, { sent: /^a number$/, fix: /^Correct the value/ }],
    ['roles', { map: true }, { sent: /^an object$/ }],
    ['audiance', 'x', { cause: /is not known$/, fix: /^Did you mean "audience"\?$/ }],
    ['constructor', 'x', { fix: /^Leave it out: there are issuer, audience/ }],
    [
      'exchange',
      { grant: 'x' },
      { cause: /exchange\.grant must be/, fix: /^With "saml2-bearer" there are/ }
    ]
  ])('%s: %j has its cause, what was sent and expected, and a fix', (name, value, parts) => {
    const matching = Object.fromEntries(
      Object.entries(parts).map(([part, text]) => [part, expect.stringMatching(text) as unknown])
    )
    expect(check({ [name]: value })).toThrow(
      expect.objectContaining({ explanation: expect.objectContaining(matching) as unknown })
    )
    expect(check({ [name]: value })).not.toThrow(/canary/)
  })
})
