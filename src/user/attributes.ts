import type { JwtPayload } from '../token/claims.js'

/** `$user.<name>`, in the shape of the claim. Own members only count. */
export type Attributes = Record<string, unknown>

const MAX_VALUES = 1000
const MAX_LENGTH = 256
const NAME = /^[\w.-]{1,128}$/

/** Claims about the person that CAP's own `xsuaa` strategy offers as attributes; `xs.user.attributes` has none of these names. */
const PERSONAL = [
  ['logonName', 'user_name'],
  ['givenName', 'given_name'],
  ['familyName', 'family_name'],
  ['email', 'email']
] as const

/**
 * Returns `xs.user.attributes` of a token as CAP's own `xsuaa` strategy does; exchanged tokens have them in `ext_cxt`.
 *
 * @internal
 */
export function attributesOf(payload: JwtPayload): Attributes {
  const attributes = keepClaims(userAttributes(payload))
  for (const [name, claim] of PERSONAL) {
    if (payload[claim] === undefined) Reflect.deleteProperty(attributes, name)
    else attributes[name] = payload[claim]
  }
  return attributes
}

/**
 * Returns claims as attributes, in the shape that they have in the token: restrictions look at values as lists, and take what
 * is missing, null, empty or of another shape for none.
 *
 * Two kinds of names are left out, which stand for something else: `__proto__`, and names with `|`, as attributes have that
 * are computed for restrictions. Lists are kept whole: without some of its values, `not in` would permit what they exclude.
 *
 * @param isAttribute - by name; without it every claim is one
 * @internal
 */
export function keepClaims(
  claims: JwtPayload,
  isAttribute: (name: string) => boolean = () => true
): Attributes {
  const kept = Object.entries(claims).filter(
    ([name]) => name !== '__proto__' && !name.includes('|') && isAttribute(name)
  )
  return Object.fromEntries(kept)
}

/**
 * Adds an attribute with the values of a claim as a list of texts. Values that are missing, null, empty, no valid text or of
 * another shape are left out: they grant nothing and crash nothing. A claim with more than 1000 values, or one of more than 256
 * characters, is left out as a whole: with a part of its values, `not in` would permit what the others exclude.
 *
 * @internal
 */
export function setAttribute(attributes: Attributes, name: string, value: unknown): void {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  if (values.length > MAX_VALUES) return
  const texts = values.map(textOf).filter(isUsable)
  if (texts.some(({ length }) => length > MAX_LENGTH)) return
  if (texts.length && NAME.test(name) && name !== '__proto__') attributes[name] = texts
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function isUsable(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.isWellFormed()
}

function userAttributes(payload: JwtPayload): JwtPayload {
  const exchanged = (payload.ext_cxt as JwtPayload | null | undefined)?.['xs.user.attributes']
  const attributes = exchanged ?? payload['xs.user.attributes']
  return typeof attributes === 'object' && attributes && !Array.isArray(attributes)
    ? (attributes as JwtPayload)
    : {}
}
