import { acceptAssertion } from '../../src/saml/accept-assertion.js'
import { InvalidAssertion } from '../../src/saml/invalid-assertion.js'
import { createSigningIdentity, type SigningIdentity } from '../../src/saml/signing-identity.js'
import { UsedAssertions } from '../../src/saml/used-assertions.js'
import { fc } from '../../../test/support/generated-inputs.js'
import { assertionXml, encode, type Parts, sign, type Signing } from '../support/assertions.js'

const ISSUER = 'https://idp.example/saml'
const PLACE = { audience: 'https://sp.example', recipients: ['https://sp.example/token'] }

let identity: SigningIdentity
let attacker: SigningIdentity
beforeAll(async () => {
  ;[identity, attacker] = (await Promise.all(
    ['identity provider', 'attacker'].map(createSigningIdentity)
  )) as [SigningIdentity, SigningIdentity]
})

const xml = (parts: Partial<Parts> = {}) =>
  assertionXml({
    issuer: ISSUER,
    audience: PLACE.audience,
    recipient: PLACE.recipients[0]!,
    ...parts
  })
const signed = (parts: Partial<Parts> = {}, options: Partial<Signing> = {}) =>
  sign(xml(parts), { key: identity.key, ...options })

async function accepted(encoded: string): Promise<string> {
  const trusted = { entityId: ISSUER, certificates: [identity.certificate] }
  const find = (issuer: string) => Promise.resolve(issuer === ISSUER ? trusted : undefined)
  const { subject } = await acceptAssertion(encoded, find, PLACE, new UsedAssertions())
  return subject.value
}

async function refused(document: string, message: RegExp) {
  const attempt = accepted(encode(document))
  await expect(attempt).rejects.toThrow(InvalidAssertion)
  await expect(attempt).rejects.toThrow(message)
}

const signatureOf = (document: string) =>
  /<ds:Signature.*<\/ds:Signature>/s.exec(document)?.[0] ?? ''
const withoutSignature = (document: string) => document.replace(signatureOf(document), '')
const ASSERTION_END = '</saml:Assertion>'

test('a good one is accepted, with and without an XML declaration', async () => {
  expect(await accepted(encode(signed()))).toBe('alice')
  expect(await accepted(encode(`<?xml version="1.0" encoding="UTF-8"?>${signed()}`))).toBe('alice')
})

describe('signature wrapping: what is verified is what is read', () => {
  const good = () => signed({ id: '_good', nameId: 'alice' })
  const evil = (inside: string) =>
    xml({ id: '_evil', nameId: 'bob' }).replace(ASSERTION_END, inside + ASSERTION_END)

  test.each<[string, () => string, RegExp]>([
    ['the signed one inside another', () => evil(good()), /another assertion inside/],
    [
      'the signed one in an object of the signature',
      () => {
        const document = good()
        const signature = signatureOf(document).replace(
          '</ds:Signature>',
          `<ds:Object>${withoutSignature(document)}</ds:Object></ds:Signature>`
        )
        return evil(signature)
      },
      /another assertion inside/
    ],
    [
      'the signature of another one',
      () => evil(signatureOf(good())),
      /does not refer to the assertion/
    ],
    [
      'the signature of another one with the same ID',
      () => evil(signatureOf(good())).replace('"_evil"', '"_good"'),
      /Invalid signature/
    ],
    [
      'two elements with that ID',
      () => good().replace('<saml:Subject>', '<saml:Subject ID="_good">'),
      /Invalid signature/
    ],
    ['a response around it', () => `<Response>${good()}</Response>`, /Unable to parse/],
    [
      'a signature further down',
      () => {
        const document = good()
        const moved = withoutSignature(document)
        return moved.replace('</saml:Conditions>', `${signatureOf(document)}</saml:Conditions>`)
      },
      /right below it/
    ],
    [
      'two signatures',
      () => good().replace(/(<ds:Signature.*<\/ds:Signature>)/s, '$1$1'),
      /one signature/
    ]
  ])('%s', (_, document, message) => refused(document(), message))

  test('a comment does not cut the name off', async () => {
    const document = signed({ nameId: 'alice@example.com.evil.example' })
    const commented = document.replace('example.com.evil', 'example.com<!-- -->.evil')
    expect(await accepted(encode(commented))).toBe('alice@example.com.evil.example')
  })
})

describe('what is signed, and how', () => {
  const SHA1 = 'http://www.w3.org/2000/09/xmldsig#'
  const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'

  test.each<[string, Partial<Signing>, RegExp]>([
    ['RSA with SHA-1', { algorithm: `${SHA1}rsa-sha1` }, /SignatureMethod that is not accepted/],
    ['a digest with SHA-1', { digest: `${SHA1}sha1` }, /DigestMethod that is not accepted/],
    ['another canonicalization', { canonicalization: INCLUSIVE }, /transformations|not accepted/],
    [
      'a transformation that does not leave the signature out',
      { transforms: ['http://www.w3.org/2001/10/xml-exc-c14n#'] },
      /transformations/
    ],
    [
      'a part only',
      { target: "//*[local-name(.)='Conditions']" },
      /does not refer to the assertion/
    ]
  ])('%s', (_, options, message) => refused(signed({}, options), message))

  test('HMAC with the certificate as the key', () =>
    refused(
      signed().replaceAll(/xmldsig-more#rsa-sha256/g, 'xmldsig-more#hmac-sha256'),
      /SignatureMethod that is not accepted/
    ))

  test('an empty reference, which would mean the whole document', () =>
    refused(signed().replace(/URI="#[^"]+"/, 'URI=""'), /does not refer/))

  test('two references', () =>
    refused(
      signed().replace(/(<ds:Reference.*<\/ds:Reference>)/s, '$1$1'),
      /exactly one reference/
    ))

  test('the key that the signature brings along', () => {
    const certificate = attacker.certificate.replaceAll(/-----[^-]+-----|\s/g, '')
    const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
    const document = signed({}, { key: attacker.key })
    const withKey = document.replace('</ds:SignatureValue>', `</ds:SignatureValue>${keyInfo}`)
    return refused(withKey, /Invalid signature/)
  })

  test('changed content', async () => {
    await refused(signed().replace('>alice<', '>bob<'), /Invalid signature/)
    await refused(signed().replace(PLACE.audience, 'https://other.example'), /Invalid signature/)
  })
})

describe('what is no assertion', () => {
  const doctype = '<!DOCTYPE saml:Assertion [<!ENTITY user "bob">]>'
  test.each<[string, () => string]>([
    ['a document type with an entity', () => doctype + signed().replace('>alice<', '>&user;<')],
    ['a document type', () => `<!DOCTYPE x>${signed()}`],
    ['a processing instruction', () => `<?php x?>${signed()}`],
    ['an undeclared entity', () => xml({ nameId: '&user;' })],
    ['a document that does not end', () => signed().slice(0, -5)],
    ['two roots', () => signed() + signed()],
    ['SAML 1.1', () => signed().replaceAll('SAML:2.0:assertion', 'SAML:1.0:assertion')],
    ['nothing', () => '<x/>']
  ])('%s', (_, document) => refused(document(), /Unable to parse/))

  test.each(['%%%', 'a b', encode('<x/>') + '\n', Buffer.from([0xff, 0xfe]).toString('base64url')])(
    'not even XML: %j',
    (encoded) => expect(accepted(encoded)).rejects.toThrow(/Unable to parse/)
  )

  test('no ID, or one that an expression could hide in', async () => {
    await refused(signed({ id: `x' or '1` }).replace(/URI="[^"]*"/, ''), /usable ID/)
  })
})

test('whatever comes is refused with a reason, and one changed byte is enough', async () => {
  const document = signed({ id: '_fixed' })
  await fc.assert(
    fc.asyncProperty(fc.nat(document.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
      const changed = document.slice(0, at) + text + document.slice(at + 1)
      const name = await accepted(encode(changed)).catch((error: unknown) => error)
      // spaces between attributes, and the like, are no change of what was signed
      if (typeof name === 'string') expect(name).toBe('alice')
      else expect(name).toBeInstanceOf(InvalidAssertion)
    }),
    { numRuns: 150 }
  )
})
