import { generateKeyPairSync } from 'node:crypto'

import { assertionKeys } from '../../../../src/delegation/keys/keys.js'
import type { DelegatedService } from '../../../../src/delegation/options.js'
import { wayOptions } from '../../../../src/delegation/tokens/options.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'

const service = (options: object) =>
  ({ name: 'S4', credentials: 'keys', options }) as unknown as DelegatedService

const recipient = 'https://acme.authentication.example/oauth/token/alias/acme'

describe('options of a way', () => {
  test('none', () => {
    expect(wayOptions(service({}), 'ias')).toBeUndefined()
  })

  test('as they are', () => {
    const saml = {
      assertionIssuer: 'x',
      origin: 'y',
      tenants: { t: { audience: 'a', assertionRecipient: recipient } }
    }
    expect(wayOptions(service({ saml }), 'saml')).toEqual(saml)
  })

  test.each<['ias' | 'saml' | 'userToken', unknown, RegExp]>([
    ['ias', true, /delegation\.ias must be an object/],
    ['ias', {}, /delegation\.ias\.issuer must be a text/],
    ['ias', { isuer: 'x' }, /delegation\.ias\.isuer is not known: did you mean "issuer"/],
    ['saml', { assertionIssuer: 'x' }, /delegation\.saml\.origin must be/],
    ['saml', { assertionIssuer: 'x', origin: 'y', nameIdFormat: 'z' }, /nameIdFormat must be/],
    ['saml', { assertionIssuer: 'x', origin: 'y', tenants: { t: {} } }, /tenants must be/],
    ['userToken', { issuer: 'x', claims: 'email' }, /claims must be a list/]
  ])('%s: %j', (way, options, message) => {
    expect(() => wayOptions(service({ [way]: options }), way)).toThrow(message)
  })
})

describe('keys', () => {
  const jwk = (bits = 2048) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    return { ...privateKey.export({ format: 'jwk' }), kid: String(Math.random()) }
  }
  const keysOf = (assertionKeys: unknown) =>
    cdsRequires({ keys: { credentials: { assertionKeys } } })

  test('two at a time, the first one signs; also as text', () => {
    const [one, two] = [jwk(), jwk()]
    keysOf(JSON.stringify({ keys: [one, two] }))
    expect(assertionKeys(service({})).map(({ kid }) => kid)).toEqual([one.kid, two.kid])
  })

  const one = jwk()
  test.each<[string, unknown]>([
    ['too short', jwk(1024)],
    ['no name', { ...one, kid: undefined }],
    ['public', { kty: 'RSA', n: one.n, e: one.e, kid: 'x' }],
    ['twice', [one, one]],
    ['three', [jwk(), jwk(), jwk()]],
    ['no certificate of it', { ...one, x5c: ['AAAA'] }],
    ['elliptic', generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })],
    ['missing', undefined]
  ])('%s: refused, and the message has no key', (_, value) => {
    keysOf(value)
    const refused = () => assertionKeys(service({}))
    expect(refused).toThrow(/cds\.requires\.keys\.credentials\.assertionKeys/)
    try {
      refused()
    } catch (error) {
      expect(String(error)).not.toContain(one.d)
    }
  })

  test('no credentials, no way: only the emulated services trust generated keys', () => {
    expect(() => assertionKeys({ ...service({}), credentials: undefined })).toThrow(/credentials/)
  })
})
