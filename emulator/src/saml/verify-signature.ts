import type { Element } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { InvalidAssertion } from './invalid-assertion.js'
import { childrenOf, isNamed, parseXml, serialize } from './xml.js'
import { NS } from './xml.js'

/** Algorithms that are accepted: nothing with SHA-1, no HMAC, no transformation that could change the content. */
const SIGNATURES = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1'
]
const DIGESTS = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512'
]
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

const ID = /^[A-Za-z_][\w.-]{0,199}$/

/** An assertion as it came: nothing in it is to be believed. */
export interface ReceivedAssertion {
  readonly xml: string
  readonly root: Element
  readonly id: string
}

/**
 * Takes an assertion apart, as far as it is needed to find out whose it says it is. There must be exactly one, and it must
 * be the whole document, so that what is verified and what is read can't be two things.
 *
 * @throws InvalidAssertion
 */
export function receiveAssertion(xml: string): ReceivedAssertion {
  const root = parseXml(xml)
  if (!root || !isNamed(root, 'saml', 'Assertion')) {
    throw new InvalidAssertion('Unable to parse bearer assertion')
  }
  const id = root.getAttribute('ID') ?? ''
  if (!ID.test(id)) throw new InvalidAssertion('Assertion is missing a usable ID')
  if (root.getElementsByTagNameNS('*', 'Assertion').length) {
    throw new InvalidAssertion('Assertion has another assertion inside')
  }
  return { xml, root, id }
}

/**
 * Verifies the signature of an assertion with one of the issuer's certificates; what the signature itself says about keys
 * is not looked at.
 *
 * @returns the signed element, made from exactly the bytes that were signed: nothing else of the document counts
 * @throws InvalidAssertion
 * @see SAML 2.0 core, section 5.4; "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012)
 */
export function verifySignature(
  { xml, root, id }: ReceivedAssertion,
  certificates: readonly string[]
): Element {
  const signature = onlySignature(root)
  checkShape(signature, id)
  for (const certificate of certificates) {
    const signed = signedContent(xml, serialize(signature), certificate)
    const element = signed === undefined ? undefined : parseXml(signed)
    if (!element) continue
    if (isNamed(element, 'saml', 'Assertion') && element.getAttribute('ID') === id) return element
  }
  throw new InvalidAssertion('Invalid signature of the assertion')
}

function onlySignature(root: Element): Element {
  const all = Array.from(root.getElementsByTagNameNS(NS.ds, 'Signature'))
  const [signature] = all
  if (!signature) throw new InvalidAssertion('Assertion is missing a signature.')
  if (all.length > 1 || signature.parentNode !== root) {
    throw new InvalidAssertion('Assertion must have one signature, right below it')
  }
  return signature
}

/** One reference, to the assertion itself, with the transformations that SAML allows. */
function checkShape(signature: Element, id: string): void {
  const [info, ...infos] = childrenOf(signature, 'ds', 'SignedInfo')
  const [reference, ...references] = info ? childrenOf(info, 'ds', 'Reference') : []
  if (!info || !reference || infos.length || references.length) {
    throw new InvalidAssertion('Signature must have exactly one reference')
  }
  if (reference.getAttribute('URI') !== `#${id}`) {
    throw new InvalidAssertion('Signature does not refer to the assertion')
  }
  const transforms = childrenOf(reference, 'ds', 'Transforms')
    .flatMap((each) => childrenOf(each, 'ds', 'Transform'))
    .map((each) => each.getAttribute('Algorithm'))
  if (!transforms.includes(ENVELOPED) || !transforms.includes(EXCLUSIVE) || transforms.length > 2) {
    throw new InvalidAssertion('Signature has transformations that SAML does not allow')
  }
  for (const [name, element, allowed] of [
    ['CanonicalizationMethod', info, [EXCLUSIVE]],
    ['SignatureMethod', info, SIGNATURES],
    ['DigestMethod', reference, DIGESTS]
  ] as const) {
    const [method, ...more] = childrenOf(element, 'ds', name)
    const algorithm = method?.getAttribute('Algorithm') ?? ''
    if (more.length || !(allowed as readonly string[]).includes(algorithm)) {
      throw new InvalidAssertion(`Signature has a ${name} that is not accepted`)
    }
  }
}

/** Canonical XML of what was signed, if the signature is right. */
function signedContent(xml: string, signature: string, certificate: string): string | undefined {
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null })
  verifier.SignatureAlgorithms = only(verifier.SignatureAlgorithms, SIGNATURES)
  verifier.HashAlgorithms = only(verifier.HashAlgorithms, DIGESTS)
  try {
    verifier.loadSignature(signature)
    if (!verifier.checkSignature(xml)) return undefined
  } catch {
    return undefined
  }
  const [content, ...more] = verifier.getSignedReferences()
  return more.length ? undefined : content
}

function only<T extends object>(algorithms: T, names: readonly string[]): T {
  const entries = Object.entries(algorithms).filter(([name]) => names.includes(name))
  return Object.assign(Object.create(null) as T, Object.fromEntries(entries))
}
