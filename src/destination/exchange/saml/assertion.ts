import { type KeyObject, randomUUID } from 'node:crypto'

import type { Element } from '@xmldom/xmldom'

import { xmlCrypto, xmlDom } from '../../../lib/lazy.js'

/** Key that signs assertions. */
export interface Signer {
  readonly key: KeyObject
  /** Certificate in PEM. */
  readonly certificate: string | undefined
}

/** Content of an assertion. */
export interface AssertionContent {
  readonly issuer: string
  readonly nameId: string
  readonly nameIdFormat: string | undefined
  readonly audience: string
  readonly recipient: string
  readonly authnContextClassRef: string | undefined
  /** Values of the attributes by name. */
  readonly attributes: Readonly<Record<string, readonly string[]>>
  /** End of the user's own token, in seconds since the epoch: the assertion ends no later. */
  readonly expiresAt: number
}

/** Milliseconds that an assertion is valid: it is sent at once, and used once. */
const LIFETIME = 3 * 60_000

/** Milliseconds by which the start of an assertion is set back, because clocks differ. */
const BACKDATED = 60_000

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/**
 * Creates a signed SAML 2.0 bearer assertion about a user (RSA with SHA-256). Values become the
 * text of elements and attributes, and never markup.
 *
 * @returns base64url, as the grant wants it
 * @see RFC 7522 sections 2.1 and 3, SAML 2.0 core sections 2.3.3 and 5.4
 * @internal
 */
export async function signedAssertion(content: AssertionContent, signer: Signer): Promise<string> {
  const { DOMImplementation, XMLSerializer } = await xmlDom()
  const document = new DOMImplementation().createDocument(SAML, 'saml:Assertion')
  const make: Make = (name, attributes, ...children) => {
    const element = document.createElementNS(SAML, `saml:${name}`)
    set(element, attributes)
    for (const child of children) {
      element.appendChild(typeof child === 'string' ? document.createTextNode(child) : child)
    }
    return element
  }
  const root = document.documentElement as Element
  const now = Date.now()
  set(root, { ID: `_${randomUUID()}`, IssueInstant: new Date(now).toISOString(), Version: '2.0' })
  for (const part of parts(content, now, make)) root.appendChild(part)
  const xml = await sign(new XMLSerializer().serializeToString(document), signer)
  return Buffer.from(xml).toString('base64url')
}

type Make = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...children: (Element | string)[]
) => Element

function parts(content: AssertionContent, now: number, make: Make): Element[] {
  const { recipient: Recipient, nameIdFormat: Format, authnContextClassRef } = content
  const NotOnOrAfter = new Date(Math.min(now + LIFETIME, content.expiresAt * 1000)).toISOString()
  const NotBefore = new Date(now - BACKDATED).toISOString()
  const data = make('SubjectConfirmationData', { NotOnOrAfter, Recipient })
  const Method = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
  const attributes = Object.entries(content.attributes).map(([Name, values]) =>
    make('Attribute', { Name }, ...values.map((value) => make('AttributeValue', {}, value)))
  )
  return [
    make('Issuer', {}, content.issuer),
    make(
      'Subject',
      {},
      make('NameID', { Format }, content.nameId),
      make('SubjectConfirmation', { Method }, data)
    ),
    make(
      'Conditions',
      { NotBefore, NotOnOrAfter },
      make('AudienceRestriction', {}, make('Audience', {}, content.audience))
    ),
    ...(authnContextClassRef ? [authnStatement(authnContextClassRef, now, make)] : []),
    ...(attributes.length ? [make('AttributeStatement', {}, ...attributes)] : [])
  ]
}

function authnStatement(classRef: string, now: number, make: Make): Element {
  const context = make('AuthnContext', {}, make('AuthnContextClassRef', {}, classRef))
  return make('AuthnStatement', { AuthnInstant: new Date(now).toISOString() }, context)
}

async function sign(xml: string, { key, certificate }: Signer): Promise<string> {
  const { SignedXml } = await xmlCrypto()
  const signature = new SignedXml({
    privateKey: key,
    ...(certificate && { publicCert: certificate }),
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE
  })
  signature.addReference({
    xpath: '/*',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256'
  })
  // its scope is right after the issuer
  const location = { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } as const
  signature.computeSignature(xml, { prefix: 'ds', location })
  return signature.getSignedXml()
}

function set(element: Element, attributes: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value)
  }
}
