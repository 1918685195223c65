import { generateKeyPairSync } from 'node:crypto'

import { createSigningIdentity } from '../../../emulator/src/saml/signing-identity.js'
import { checkOidcOptions } from '../../../src/token/issuers/oidc-options.js'

const pem = (modulusLength: number) =>
  String(
    generateKeyPairSync('rsa', { modulusLength }).privateKey.export({
      type: 'pkcs8',
      format: 'pem'
    })
  )
const key = pem(2048)
const saml = { grant: 'saml2-bearer', assertionIssuer: 'urn:example:api', key }
const check = (exchange: unknown) => () => {
  const issuer = { issuer: 'https://idp.example', audience: 'api', exchange }
  checkOidcOptions('partner', issuer)
}

test('good ones', async () => {
  const { certificate } = await createSigningIdentity('x')
  for (const exchange of [
    undefined,
    null,
    { grant: 'jwt-bearer' },
    saml,
    { ...saml, certificate, audience: 'a', assertionRecipient: 'https://r', userIdSource: 'a.b' },
    { ...saml, nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
    { ...saml, key: undefined, credentials: 'signer', authnContextClassRef: 'urn:x' },
    { ...saml, attributeMapping: { Groups: 'roles', plant: 'a.plants' } }
  ]) {
    expect(check(exchange)).not.toThrow()
  }
})

describe('wrong ones stop the start with their name, and without their value', () => {
  test.each<[string, unknown]>([
    [' must be an object', 'saml2-bearer'],
    ['.grant must be "saml2-bearer" or "jwt-bearer"', { grant: 'token-exchange' }],
    ['.grant must be', {}],
    ['.key is not known with grant "jwt-bearer"', { grant: 'jwt-bearer', key }],
    ['.assertionIssuer must be a text', { ...saml, assertionIssuer: '' }],
    ['.assertionIssuer must be a text', { grant: 'saml2-bearer', key }],
    ['.key must be a private RSA key', { grant: 'saml2-bearer', assertionIssuer: 'x' }],
    ['.key must be a private RSA key', { ...saml, key: 'secret' }],
    ['.key must be a private RSA key', { ...saml, key: pem(1024) }],
    ['.certificate must be a certificate', { ...saml, certificate: key }],
    ['.credentials stands instead of', { ...saml, credentials: 'signer' }],
    ['.nameIdFormat must be one of urn:', { ...saml, nameIdFormat: 'urn:x' }],
    ['.assertionRecipient must be a URL', { ...saml, assertionRecipient: '/oauth/token' }],
    ['.userIdSource must be a text', { ...saml, userIdSource: ['a'] }],
    ['.attributeMapping must be an object', { ...saml, attributeMapping: { a: 1 } }],
    ['.userIDSource is not known with grant', { ...saml, userIDSource: 'a' }]
  ])('%s', (problem, exchange) => {
    expect(check(exchange)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringContaining(
          `cds.requires.auth.issuers.partner.exchange${problem}`
        ) as unknown
      })
    )
    expect(check(exchange)).not.toThrow(/secret|PRIVATE/)
  })
})
