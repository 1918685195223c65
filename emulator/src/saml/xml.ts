import {
  DOMImplementation,
  DOMParser,
  onWarningStopParsing,
  XMLSerializer,
  type Element,
  type Node
} from '@xmldom/xmldom'

/** Namespaces of SAML 2.0 and of XML signatures. */
export const NS = {
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  md: 'urn:oasis:names:tc:SAML:2.0:metadata',
  ds: 'http://www.w3.org/2000/09/xmldsig#'
} as const

/** The parts of an element; texts and attribute values are escaped when it is written. */
export interface ElementContent {
  attributes?: Readonly<Record<string, string | undefined>>
  children?: readonly (Element | undefined)[]
  text?: string
}

/** Makes elements of one document. */
export type MakeElement = (
  name: `${keyof typeof NS}:${string}`,
  content?: ElementContent
) => Element

/** A new document, and the way to make its elements. */
export function createDocument(
  rootName: `${keyof typeof NS}:${string}`,
  content: (make: MakeElement) => ElementContent
): string {
  const document = new DOMImplementation().createDocument(null, '')
  const make: MakeElement = (name, { attributes = {}, children = [], text } = {}) => {
    const [prefix = ''] = name.split(':')
    const element = document.createElementNS(NS[prefix as keyof typeof NS], name)
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) element.setAttribute(key, value)
    }
    for (const child of children) if (child) element.appendChild(child)
    if (text !== undefined) element.appendChild(document.createTextNode(text))
    return element
  }
  document.appendChild(make(rootName, content(make)))
  return new XMLSerializer().serializeToString(document)
}

/** The XML text of an element, with the namespaces that it needs. */
export const serialize = (element: Element): string =>
  new XMLSerializer().serializeToString(element)

/**
 * The root of an XML document without document type (so without entities of its own), processing instructions and
 * anything that a parser would have to guess.
 *
 * @returns `undefined` for anything else
 */
export function parseXml(text: string): Element | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || /<\?(?!xml\s)/i.test(text)) return undefined
  try {
    const parser = new DOMParser({ onError: onWarningStopParsing })
    return parser.parseFromString(text, 'text/xml').documentElement ?? undefined
  } catch {
    return undefined
  }
}

/** True if an element has this name. */
export const isNamed = (element: Element, prefix: keyof typeof NS, name: string): boolean =>
  element.namespaceURI === NS[prefix] && element.localName === name

/** Elements of this name directly below an element. */
export function childrenOf(parent: Element, prefix: keyof typeof NS, name: string): Element[] {
  return elementsIn(parent).filter((element) => isNamed(element, prefix, name))
}

/** All elements directly below an element. */
export function elementsIn(parent: Element): Element[] {
  const nodes: Node[] = Array.from(parent.childNodes)
  return nodes.filter((node): node is Element => node.nodeType === node.ELEMENT_NODE)
}

/** The text of an element that has nothing but text in it. */
export function textOf(element: Element | undefined): string | undefined {
  if (!element || elementsIn(element).length) return undefined
  const text = element.textContent?.trim()
  return text ? text : undefined
}
