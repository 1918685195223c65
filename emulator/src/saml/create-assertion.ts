import { randomUUID } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { BEARER, type NameId } from './assertion.js'
import type { SigningIdentity } from './signing-identity.js'
import { createDocument, type MakeElement } from './xml.js'

/** The content of an assertion to be created by {@link createAssertion}. */
export interface AssertionRequest {
  readonly issuer: string
  readonly subject: NameId
  readonly audience: string
  /** Default: none. */
  readonly recipient?: string | undefined
  readonly authnContextClassRef?: string | undefined
  readonly attributes: ReadonlyMap<string, readonly string[]>
  /** Milliseconds since the epoch; default: by the machine's clock. */
  readonly now?: number
  /** Seconds; default: five minutes. */
  readonly lifetime?: number
  /** True if the signature names the certificate. Default: `false`. */
  readonly includeCertificate?: boolean
}

/** Seconds: an assertion is sent at once. */
const LIFETIME = 5 * 60

/** Clocks differ. */
const BACKDATED = 60_000

/**
 * A SAML 2.0 assertion with an enveloped signature (RSA with SHA-256, exclusive canonicalization).
 *
 * @returns XML
 * @see SAML 2.0 core, sections 2.3.3 and 5.4
 */
export function createAssertion(request: AssertionRequest, identity: SigningIdentity): string {
  const { now = Date.now(), lifetime = LIFETIME } = request
  const instant = new Date(now).toISOString()
  const notOnOrAfter = new Date(now + lifetime * 1000).toISOString()
  const xml = createDocument('saml:Assertion', (make) => ({
    attributes: { ID: `_${randomUUID()}`, IssueInstant: instant, Version: '2.0' },
    children: [
      make('saml:Issuer', { text: request.issuer }),
      subject(make, request, notOnOrAfter),
      make('saml:Conditions', {
        attributes: {
          NotBefore: new Date(now - BACKDATED).toISOString(),
          NotOnOrAfter: notOnOrAfter
        },
        children: [
          make('saml:AudienceRestriction', {
            children: [make('saml:Audience', { text: request.audience })]
          })
        ]
      }),
      authnStatement(make, request, instant),
      attributeStatement(make, request)
    ]
  }))
  return sign(xml, identity, request.includeCertificate ?? false)
}

function subject(make: MakeElement, request: AssertionRequest, notOnOrAfter: string): Element {
  const { value, format, nameQualifier } = request.subject
  const data = { NotOnOrAfter: notOnOrAfter, Recipient: request.recipient }
  return make('saml:Subject', {
    children: [
      make('saml:NameID', {
        attributes: { Format: format, NameQualifier: nameQualifier },
        text: value
      }),
      make('saml:SubjectConfirmation', {
        attributes: { Method: BEARER },
        children: [make('saml:SubjectConfirmationData', { attributes: data })]
      })
    ]
  })
}

function authnStatement(make: MakeElement, request: AssertionRequest, instant: string) {
  const { authnContextClassRef: text } = request
  if (!text) return undefined
  const context = make('saml:AuthnContext', {
    children: [make('saml:AuthnContextClassRef', { text })]
  })
  return make('saml:AuthnStatement', { attributes: { AuthnInstant: instant }, children: [context] })
}

function attributeStatement(make: MakeElement, { attributes }: AssertionRequest) {
  if (!attributes.size) return undefined
  const children = [...attributes].map(([name, values]) =>
    make('saml:Attribute', {
      attributes: { Name: name },
      children: values.map((text) => make('saml:AttributeValue', { text }))
    })
  )
  return make('saml:AttributeStatement', { children })
}

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

function sign(xml: string, { key, certificate }: SigningIdentity, includeCertificate: boolean) {
  const signer = new SignedXml({
    privateKey: key,
    ...(includeCertificate && { publicCert: certificate }),
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE
  })
  signer.addReference({
    xpath: '/*',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256'
  })
  // the schema has the signature right after the issuer
  const location = { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } as const
  signer.computeSignature(xml, { prefix: 'ds', location })
  return signer.getSignedXml()
}
