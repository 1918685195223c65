import { checkOidcOptions } from '../../../../src/token/issuers/oidc-options.js'

const GOOD = { issuer: 'https://idp.example', audience: 'maintenance' }
const PATH = 'cds.requires.auth.issuers.partner'
const IMPOSSIBLE = 'has a value that is not possible'
const FIX = 'Correct the value.'
const URL_EXPECTED = 'an https URL (http only on this machine)'
const ALGORITHMS = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519'

const check = (options: unknown) => () => {
  checkOidcOptions('partner', options)
}
const refused = (text: string) => new Error(`${PATH}${text}`)

describe('the error at the start says what came, what would be right, and what to do', () => {
  test.each<[string, unknown, string, string]>([
    ['issuer', '', 'an empty text', URL_EXPECTED],
    ['issuer', 'idp.example', 'another text', URL_EXPECTED],
    ['issuer', 'https://idp.example/x#y', 'https://idp.example with a fragment', URL_EXPECTED],
    ['issuer', 'http://idp.example/x', 'http://idp.example', URL_EXPECTED],
    ['issuer', ['https://idp.example'], 'a list', URL_EXPECTED],
    [
      'issuer',
      'https://user@idp.example/#y',
      'https://idp.example with a user with a fragment',
      URL_EXPECTED
    ],
    ['audience', [''], 'a list', 'a text or a list of texts'],
    ['audience', {}, 'an object', 'a text that is not empty'],
    ['algorithms', 'RS256', 'another text', `a list of ${ALGORITHMS}`],
    ['algorithms', [], 'an empty list', `a list of ${ALGORITHMS}`],
    ['tokenType', 'JWT', 'another text', '"at+jwt" or "id_token"'],
    ['tenant', true, 'a boolean', 'the name of a claim, or { "value": "<tenant id>" }'],
    ['userIdPrefix', '', 'an empty text', 'a text that is not empty'],
    ['roles', 'roles', 'another text', 'an object with "claim" and "map"'],
    [
      'roles',
      { claim: 'roles', map: false },
      'an object',
      'an object whose "map" names local roles, or is true'
    ],
    [
      'attributeMapping',
      [],
      'an empty list',
      'an object of claim names, by attribute names of letters, digits, "_", "." and "-"'
    ]
  ])('%s: %j', (name, value, sent, expected) => {
    const text = `.${name} ${IMPOSSIBLE} (sent ${sent} ≠ expected ${expected}). ${FIX}`
    expect(check({ ...GOOD, [name]: value })).toThrow(refused(text))
  })

  test('an option that must be there', () => {
    const text = `.audience is missing (expected a text that is not empty). Add it: without it, nothing says which tokens are for this application.`
    expect(check({ issuer: GOOD.issuer })).toThrow(refused(text))
  })

  test.each<[unknown, string]>([
    ['https://user:password@idp.example', 'https://idp.example with a user'],
    [[], 'an empty list'],
    [null, 'an object']
  ])('%j instead of an object', (options, sent) => {
    const text = ` must be an object (sent ${sent}). Give it at least "issuer" (exactly the "iss" claim) and "audience" (the name of this application in "aud").`
    expect(check(options)).toThrow(refused(text))
  })

  test.each([
    ['audiance', 'Did you mean "audience"?'],
    [
      'constructor',
      'Leave it out: there are issuer, audience, jwks, algorithms, tokenType, tenant, userId, userIdPrefix, roles, attributeMapping, exchange.'
    ]
  ])('%s, which there is not', (name, fix) => {
    expect(check({ ...GOOD, [name]: 'x' })).toThrow(refused(`.${name} is not known. ${fix}`))
  })

  test('a part of "exchange"', () => {
    const text =
      '.exchange.grant must be "saml2-bearer" or "jwt-bearer". With "saml2-bearer" there are assertionIssuer, key, certificate, ' +
      'credentials, audience, assertionRecipient, nameIdFormat, userIdSource, authnContextClassRef, attributeMapping; ' +
      '"jwt-bearer" has no more options.'
    expect(check({ ...GOOD, exchange: {} })).toThrow(refused(text))
  })
})

describe('one wrong entry among good ones is enough', () => {
  test.each<[string, unknown]>([
    ['audience', ['maintenance', '']],
    ['algorithms', ['RS256', 'none']],
    ['userId', [1, 'sub']],
    ['roles', { claim: 'roles', map: { technician: 'Technician', boss: null } }],
    ['roles', { claim: 'roles', map: { technician: ['Technician', 1] } }],
    ['roles', { claim: ['roles', 1], map: true }],
    ['attributeMapping', { plant: 'plants', area: 1 }],
    ['attributeMapping', { plant: 'plants', 'a b': 'areas' }],
    ['attributeMapping', JSON.parse('{ "plant": "plants", "__proto__": "areas" }')]
  ])('%s: %j', (name, value) => {
    expect(check({ ...GOOD, [name]: value })).toThrow(`${PATH}.${name} ${IMPOSSIBLE}`)
  })
})

describe('lengths', () => {
  test.each([
    [{ tenant: { value: 'x'.repeat(64) } }, { tenant: { value: 'x'.repeat(65) } }],
    [
      { attributeMapping: { ['x'.repeat(128)]: 'a' } },
      { attributeMapping: { ['x'.repeat(129)]: 'a' } }
    ]
  ])('%j is good, one more is not', (longest, tooLong) => {
    expect(check({ ...GOOD, ...longest })).not.toThrow()
    expect(check({ ...GOOD, ...tooLong })).toThrow(IMPOSSIBLE)
  })
})
