/** Claims of a token by name. */
type Claims = Readonly<Record<string, unknown>>

/** Claims with an identifier of a person, in tokens of XSUAA, Identity Authentication and others. */
const IDENTIFIERS = [
  'user_name',
  'user_uuid',
  'user_id',
  'sub',
  'email',
  'mail',
  'scim_id',
  'preferred_username',
  'upn'
]

/** Claims with the tenant: of XSUAA, of Identity Authentication. */
const TENANT = ['zid', 'app_tid']

/**
 * Compares two tokens of one trust domain: they must name the same user of the same tenant.
 * `user_name`, `origin` and the tenant must be equal where both tokens have them, or `sub` where
 * one has no `user_name`.
 *
 * @returns the difference; `undefined` if there is none
 * @see RFC 8693, section 2.2.1
 * @internal
 */
export function differenceWithin(own: Claims, theirs: Claims): string | undefined {
  const name = ['user_name', 'sub'].find((each) => text(own, each) && text(theirs, each))
  if (!name || text(own, name) !== text(theirs, name)) return 'another user'
  if (differs(text(own, 'origin'), text(theirs, 'origin')))
    return 'a user of another identity provider'
  if (differs(first(own, TENANT), first(theirs, TENANT))) return 'a user of another tenant'
  return undefined
}

/**
 * Compares the user with a token of another trust domain (after a SAML assertion, or of another
 * kind of issuer): one of its identifiers must be one of the user's.
 *
 * @param further - claim or attribute that the destination sends as the user's name (`userIdSource`)
 * @returns the difference; `undefined` if there is none
 * @internal
 */
export function differenceAcross(
  own: Claims,
  theirs: Claims,
  further?: string
): string | undefined {
  const known = new Set(IDENTIFIERS.flatMap((name) => lowerCase(text(own, name))))
  if (further) for (const value of named(own, further)) known.add(value)
  const said = IDENTIFIERS.flatMap((name) => lowerCase(text(theirs, name)))
  return said.some((value) => known.has(value)) ? undefined : 'another user'
}

/** True if both values are known and different. */
function differs(own: string | undefined, theirs: string | undefined): boolean {
  return own !== undefined && theirs !== undefined && own !== theirs
}

function named(claims: Claims, name: string): string[] {
  const attributes = claims['xs.user.attributes']
  const values: unknown = isObject(attributes) ? attributes[name] : undefined
  const list = Array.isArray(values) ? (values as unknown[]) : []
  const strings = [claims[name], ...list].filter((value) => typeof value === 'string')
  return strings.flatMap(lowerCase)
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null
}

function first(claims: Claims, names: string[]): string | undefined {
  return names.map((name) => text(claims, name)).find(Boolean)
}

function text(claims: Claims, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' && value ? value : undefined
}

function lowerCase(value: string | undefined): string[] {
  return value ? [value.toLowerCase()] : []
}
