import { generateKeyPairSync } from 'node:crypto'

import { createSigningIdentity } from '../../../emulator/src/saml/signing-identity.js'
import {
  exchangeProblem,
  SAML_OPTIONS,
  signerProblem
} from '../../../src/token/exchange-options.js'
import { keys } from '../../integration/inbound/support/keys.js'

const KEY = String(keys.good.privateKey.export({ type: 'pkcs8', format: 'pem' }))
const SAML = { grant: 'saml2-bearer', assertionIssuer: 'urn:example:api', key: KEY }
const NO_KEY = 'must be a private RSA key with at least 2048 bits (PEM)'

/** A key for RSA signatures of another kind than XSUAA knows. */
const pss = () => {
  const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}
const mapped = (json: string) => ({ ...SAML, attributeMapping: JSON.parse(json) as unknown })

test('the options of grant "saml2-bearer", which "jwt-bearer" does not have', () => {
  expect(SAML_OPTIONS).toEqual([
    ...['assertionIssuer', 'key', 'certificate', 'credentials', 'audience', 'assertionRecipient'],
    ...['nameIdFormat', 'userIdSource', 'authnContextClassRef', 'attributeMapping']
  ])
  for (const name of SAML_OPTIONS) {
    const problem = `.${name} is not known with grant "jwt-bearer"`
    expect(exchangeProblem({ grant: 'jwt-bearer', [name]: null })).toBe(problem)
  }
})

describe('key and certificate of a service', () => {
  test('good ones, with and without a certificate', async () => {
    const { certificate } = await createSigningIdentity('x')
    expect(signerProblem({ key: KEY, certificate })).toBeUndefined()
    expect(signerProblem({ key: KEY })).toBeUndefined()
  })

  test.each<[string, object]>([
    [`"key" ${NO_KEY}`, {}],
    [`"key" ${NO_KEY}`, { key: keys.good.pem }],
    [`"key" ${NO_KEY}`, { key: pss() }],
    ['"certificate" must be a certificate (PEM)', { key: KEY, certificate: KEY }],
    ['"certificate" must be a certificate (PEM)', { key: KEY, certificate: null }]
  ])('%s', (problem, credentials) => {
    expect(signerProblem(credentials)).toBe(problem)
  })
})

describe('what is wrong is said with what would be right', () => {
  test.each<[string, unknown]>([
    [' must be an object', null],
    [' must be an object', [SAML]],
    [`.key ${NO_KEY}`, { ...SAML, key: pss() }],
    ['.audience must be a text that is not empty', { ...SAML, audience: '' }],
    ['.assertionIssuer must be a text that is not empty', { ...SAML, assertionIssuer: null }],
    ['.assertionRecipient must be a URL', { ...SAML, assertionRecipient: ['https://r.example'] }],
    [
      '.nameIdFormat must be one of urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified, urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      { ...SAML, nameIdFormat: 'emailAddress' }
    ],
    [
      '.attributeMapping must be an object of claim names, by attribute names',
      mapped('{ "plant": "plants", "area": 1 }')
    ],
    [
      '.attributeMapping must be an object of claim names, by attribute names',
      mapped('{ "plant": "plants", "__proto__": "areas" }')
    ],
    [
      '.key must be a private RSA key, or "credentials" name a service that has it',
      { ...SAML, key: undefined }
    ]
  ])('%s', (problem, exchange) => {
    expect(exchangeProblem(exchange)).toBe(problem)
  })

  test('a certificate beside the service that has one', async () => {
    const { certificate } = await createSigningIdentity('x')
    const both = { ...SAML, key: undefined, certificate, credentials: 'signer' }
    expect(exchangeProblem(both)).toBe('.credentials stands instead of "key" and "certificate"')
  })

  test('an option that is null is as good as none', () => {
    expect(exchangeProblem({ ...SAML, certificate: null, audience: undefined })).toBeUndefined()
  })
})
