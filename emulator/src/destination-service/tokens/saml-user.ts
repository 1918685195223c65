import type { NameId } from '../../saml/assertion.js'
import { NAME_ID_FORMATS } from '../../saml/assertion.js'
import type { Claims } from '../../xsuaa/claims.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import type { DestinationConfiguration } from '../stored.js'

/**
 * Returns the user that an assertion is about: `userIdSource` names a claim (or a JSONPath into the claims), or an attribute of the user if
 * the token has the scope `user_attributes`; without it, `nameIdFormat` decides between e-mail address and user name.
 *
 * @throws RetrievalFailed
 * @see SAP BTP Connectivity, "User Propagation via SAML 2.0 Bearer Assertion Flow"
 */
export function nameIdOf(destination: DestinationConfiguration, claims: Claims): NameId {
  const { userIdSource, nameIdFormat: format, nameQualifier } = destination
  const value = userIdSource
    ? (at(claims, userIdSource) ?? attribute(claims, userIdSource))
    : byFormat(claims, format)
  if (value === undefined) {
    const name = userIdSource ?? (format === NAME_ID_FORMATS.emailAddress ? 'email' : 'user_name')
    throw new RetrievalFailed(
      `user ID could not be determined: there is no ${name} in the user token`
    )
  }
  return { value, format, nameQualifier }
}

function byFormat(claims: Claims, format: string | undefined): string | undefined {
  if (format === NAME_ID_FORMATS.emailAddress) return text(claims['email'])
  if (!format || format === NAME_ID_FORMATS.unspecified) return text(claims['user_name'])
  throw new RetrievalFailed(
    `nameIdFormat ${format} needs userIdSource; without it, it must be ` +
      `${NAME_ID_FORMATS.emailAddress} or ${NAME_ID_FORMATS.unspecified}`
  )
}

function attribute(claims: Claims, name: string): string | undefined {
  const scopes = claims['scope']
  if (!Array.isArray(scopes) || !scopes.includes('user_attributes')) return undefined
  return at(claims['xs.user.attributes'], name)
}

/** Children by name and index, which is what is needed of JSONPath: `$.a`, `$['a']`, `$.['a'][0]`. */
const STEP = /\.?\[(?:'([^']+)'|"([^"]+)"|(\d+))\]|\.([\w-]+)/gy

function at(value: unknown, path: string): string | undefined {
  if (!path.startsWith('$')) return text(own(value, path))
  const rest = path.slice(1)
  let found = value
  let length = 0
  for (const [step, single, double, index, name] of rest.matchAll(STEP)) {
    found = own(found, single ?? double ?? index ?? name ?? '')
    length += step.length
  }
  if (length < rest.length) throw new RetrievalFailed(`userIdSource ${path}: not emulated`)
  return text(found)
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Claims)[name]
}

/** Returns the value, or the first one of a list. */
function text(value: unknown): string | undefined {
  const single: unknown = Array.isArray(value) ? value[0] : value
  return typeof single === 'string' && single ? single : undefined
}

/** The user information of XSUAA (`/userinfo`). */
const USER_INFO = ['user_id', 'user_name', 'given_name', 'family_name', 'email', 'sub'] as const

/** Attributes of an assertion: who the user is, custom attributes, and groups. */
export function attributesOf(
  destination: DestinationConfiguration,
  claims: Claims
): Map<string, string[]> {
  const { skipUserAttributesPrefixInSAMLAttributes: skip, skipUserUuidInSAMLAttributes } =
    destination
  const map = new Map<string, string[]>()
  const add = (name: string, value: unknown) => {
    const values = [value].flat().filter((each): each is string => typeof each === 'string')
    if (values.length) map.set(name, values)
  }
  for (const name of USER_INFO) add(name, claims[name])
  if (skipUserUuidInSAMLAttributes !== 'true') add('user_uuid', claims['user_uuid'])
  const prefix = skip === 'true' ? '' : 'user_attributes.'
  const custom = (claims['xs.user.attributes'] ?? {}) as Claims
  for (const [name, values] of Object.entries(custom)) add(prefix + name, values)
  add('Groups', own(claims['xs.system.attributes'], 'xs.saml.groups'))
  return map
}
