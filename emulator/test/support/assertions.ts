import { randomUUID } from 'node:crypto'

import { SignedXml } from 'xml-crypto'

export const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** Parts of an assertion, as XML or text; a part that is `''` is left out. */
export interface Parts {
  id: string
  version: string
  issuer: string
  nameId: string
  recipient: string
  /** Seconds from now. */
  confirmedFor: number | undefined
  notBefore: number
  notOnOrAfter: number
  audience: string
  /** Further conditions. */
  conditions: string
  attributes: Record<string, string[]>
}

/** An identity provider's message, written down independently of what is tested; nothing is escaped. */
export function assertionXml(
  parts: Partial<Parts> & Pick<Parts, 'issuer' | 'recipient' | 'audience'>
): string {
  const { id = `_${randomUUID()}`, version = '2.0', nameId = 'alice', conditions = '' } = parts
  const { notBefore = -60, notOnOrAfter = 300, attributes = {} } = parts
  const confirmedFor = 'confirmedFor' in parts ? parts.confirmedFor : 300
  const ends = confirmedFor === undefined ? '' : ` NotOnOrAfter="${at(confirmedFor)}"`
  const statements = Object.entries(attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((v) => `<saml:AttributeValue>${v}</saml:AttributeValue>`).join('')}</saml:Attribute>`
  )
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${at(0)}" Version="${version}">` +
    `<saml:Issuer>${parts.issuer}</saml:Issuer>` +
    `<saml:Subject><saml:NameID>${nameId}</saml:NameID>` +
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">' +
    `<saml:SubjectConfirmationData${ends} Recipient="${parts.recipient}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${at(notBefore)}" NotOnOrAfter="${at(notOnOrAfter)}">` +
    `<saml:AudienceRestriction><saml:Audience>${parts.audience}</saml:Audience></saml:AudienceRestriction>${conditions}</saml:Conditions>` +
    (statements.length
      ? `<saml:AttributeStatement>${statements.join('')}</saml:AttributeStatement>`
      : '') +
    '</saml:Assertion>'
  )
}

/** An `xs:dateTime` so many seconds from now. */
export const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

/** How {@link sign} signs. */
export interface Signing {
  key: string
  algorithm?: string
  digest?: string
  canonicalization?: string
  transforms?: string[]
  /** XPath of what is signed. */
  target?: string
  /** XPath of where the signature goes below. */
  place?: string
}

/** Signs as an identity provider does, or as an attacker would. */
export function sign(xml: string, options: Signing): string {
  const { canonicalization = EXCLUSIVE, target = '/*', place = '/*' } = options
  const signer = new SignedXml({
    privateKey: options.key,
    signatureAlgorithm: options.algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: canonicalization
  })
  signer.addReference({
    xpath: target,
    transforms: options.transforms ?? [`${DS}enveloped-signature`, canonicalization],
    digestAlgorithm: options.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256'
  })
  signer.computeSignature(xml, { prefix: 'ds', location: { reference: place, action: 'append' } })
  return signer.getSignedXml()
}

/** Encodes an assertion for the parameter `assertion`. */
export const encode = (xml: string) => Buffer.from(xml).toString('base64url')
