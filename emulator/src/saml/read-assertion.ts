import type { Element } from '@xmldom/xmldom'
import { type Assertion, BEARER, type Confirmation, type NameId } from './assertion.js'
import { InvalidAssertion } from './invalid-assertion.js'
import { childrenOf, elementsIn, textOf } from './xml.js'

/** Conditions that are understood; an assertion with any other is neither valid nor invalid, so it is refused. */
const CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'])

/**
 * Reads an assertion.
 *
 * @param element - verified: what `verifySignature` has returned
 * @throws InvalidAssertion when something that must be there is not, or is there twice
 * @see SAML 2.0 core, section 2
 */
export function readAssertion(element: Element): Assertion {
  if (element.getAttribute('Version') !== '2.0') {
    throw new InvalidAssertion('Assertion is not of version 2.0')
  }
  const subject = one(element, 'Subject')
  const conditions = one(element, 'Conditions')
  for (const { localName } of elementsIn(conditions)) {
    if (!CONDITIONS.has(String(localName))) {
      throw new InvalidAssertion(`Assertion has a condition that is not understood`)
    }
  }
  return {
    id: element.getAttribute('ID') ?? '',
    issuer: issuerOf(element),
    subject: nameId(subject),
    confirmations: childrenOf(subject, 'saml', 'SubjectConfirmation')
      .filter((each) => each.getAttribute('Method') === BEARER)
      .map(confirmation),
    notBefore: time(conditions, 'NotBefore'),
    notOnOrAfter: time(conditions, 'NotOnOrAfter'),
    audiences: childrenOf(conditions, 'saml', 'AudienceRestriction').map((each) =>
      childrenOf(each, 'saml', 'Audience').flatMap((audience) => textOf(audience) ?? [])
    ),
    attributes: attributes(element)
  }
}

/** @throws InvalidAssertion when there is none */
export function issuerOf(element: Element): string {
  const issuer = textOf(one(element, 'Issuer'))
  if (issuer) return issuer
  throw new InvalidAssertion('Missing issuer in bearer assertion')
}

function one(parent: Element, name: string): Element {
  const [element, ...more] = childrenOf(parent, 'saml', name)
  if (element && !more.length) return element
  throw new InvalidAssertion(`Assertion must have exactly one ${name}`)
}

function nameId(subject: Element): NameId {
  const element = one(subject, 'NameID')
  const value = textOf(element)
  if (value === undefined) throw new InvalidAssertion('Assertion is missing a subject')
  return {
    value,
    format: element.getAttribute('Format') ?? undefined,
    nameQualifier: element.getAttribute('NameQualifier') ?? undefined
  }
}

function confirmation(element: Element): Confirmation {
  const [data] = childrenOf(element, 'saml', 'SubjectConfirmationData')
  return {
    recipient: data?.getAttribute('Recipient') ?? undefined,
    notBefore: data && time(data, 'NotBefore'),
    notOnOrAfter: data && time(data, 'NotOnOrAfter')
  }
}

/** SAML has times in UTC only (core, section 1.3.3). */
function time(element: Element, name: string): Date | undefined {
  const text = element.getAttribute(name)
  if (text === null) return undefined
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? new Date(text) : undefined
  if (date && !Number.isNaN(date.getTime())) return date
  throw new InvalidAssertion(`${name} of the assertion is not a time in UTC`)
}

function attributes(element: Element): Map<string, string[]> {
  const map = new Map<string, string[]>()
  for (const statement of childrenOf(element, 'saml', 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, 'saml', 'Attribute')) {
      const name = attribute.getAttribute('Name')
      if (!name) throw new InvalidAssertion('Assertion has an attribute without name')
      const values = childrenOf(attribute, 'saml', 'AttributeValue').flatMap((v) => textOf(v) ?? [])
      map.set(name, [...(map.get(name) ?? []), ...values])
    }
  }
  return map
}
