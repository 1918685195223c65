import { TokenError } from '../errors.js'
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
 * Adds an attribute with the values of a claim as a list of texts. What is missing, null or an empty text is no value. A claim
 * with anything else that can not be kept is refused: without some of its values `not in` would permit what they exclude, and
 * without all of them `is null` would be true.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` that names the attribute
 * @internal
 */
export function setAttribute(attributes: Attributes, name: string, value: unknown): void {
  const values = valuesIn(value)
  const tooMany = values.length > MAX_VALUES ? `${values.length} values` : undefined
  const wrong = tooMany ?? values.map(problemOf).find(Boolean)
  if (wrong !== undefined) {
    throw new TokenError('ERR_TOKEN_CLAIM', `the claim for the attribute "${name}" can't be used`, {
      sent: wrong,
      expected: `up to ${MAX_VALUES} texts of up to ${MAX_LENGTH} characters, numbers or booleans`,
      fix: 'Let the issuer send such values, or change "attributeMapping" in cds.requires.auth.issuers.'
    })
  }
  if (values.length && NAME.test(name) && name !== '__proto__') {
    attributes[name] = values.map(String)
  }
}

/** Returns what a claim has, one by one, without what stands for no value. @internal */
export function valuesIn(claim: unknown): unknown[] {
  return [claim].flat().filter((each) => each !== undefined && each !== null && each !== '')
}

/** Says what is wrong with a value, and not what it is. */
function problemOf(value: unknown): string | undefined {
  if (typeof value === 'object') return Array.isArray(value) ? 'a list in a list' : 'an object'
  if (typeof value !== 'string') return undefined
  if (!value.isWellFormed()) return 'no valid text'
  return value.length > MAX_LENGTH ? `a text of ${value.length} characters` : undefined
}

function userAttributes(payload: JwtPayload): JwtPayload {
  const exchanged = (payload.ext_cxt as JwtPayload | null | undefined)?.['xs.user.attributes']
  const attributes = exchanged ?? payload['xs.user.attributes']
  return typeof attributes === 'object' && attributes && !Array.isArray(attributes)
    ? (attributes as JwtPayload)
    : {}
}
