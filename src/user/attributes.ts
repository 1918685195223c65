import type { JwtPayload } from '../token/claims.js'

/** `$user.<name>`: a list of texts, or a single text where CAP documents one. Own members only count. */
export type Attributes = Record<string, string[] | string>

const MAX_VALUES = 1000
const MAX_LENGTH = 256
const NAME = /^[\w.-]{1,128}$/

/** Claims about the person that CAP's own `xsuaa` strategy offers as attributes, too. */
const PERSONAL = [
  ['logonName', 'user_name'],
  ['givenName', 'given_name'],
  ['familyName', 'family_name'],
  ['email', 'email']
] as const

/**
 * `xs.user.attributes` of a token, of its `ext_cxt` first (exchanged tokens have them there), as lists of primitives.
 *
 * @internal
 */
export function attributesOf(payload: JwtPayload): Attributes {
  const attributes: Attributes = {}
  for (const [name, claim] of PERSONAL) {
    const value = payload[claim]
    if (typeof value === 'string' && value) attributes[name] = value
  }
  const claims = userAttributes(payload)
  for (const name of Object.keys(claims)) setAttribute(attributes, name, claims[name])
  return attributes
}

/**
 * Adds an attribute with the values of a claim as a list of texts, which is what CAP compares with, locally and in
 * queries to remote services. What is missing, null, empty, no valid text or of another shape is left out: it grants
 * nothing and crashes nothing.
 *
 * @internal
 */
export function setAttribute(attributes: Attributes, name: string, value: unknown): void {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const texts = values.slice(0, MAX_VALUES).map(textOf).filter(isUsable)
  if (texts.length && NAME.test(name) && name !== '__proto__') attributes[name] = texts
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function isUsable(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= MAX_LENGTH && text.isWellFormed()
}

function userAttributes(payload: JwtPayload): JwtPayload {
  const exchanged = (payload.ext_cxt as JwtPayload | null | undefined)?.['xs.user.attributes']
  const attributes = exchanged ?? payload['xs.user.attributes']
  return typeof attributes === 'object' && attributes && !Array.isArray(attributes)
    ? (attributes as JwtPayload)
    : {}
}
