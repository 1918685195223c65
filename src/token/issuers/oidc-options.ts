import { isTrustworthyUrl } from '../../lib/trustworthy-url.js'
import { nearestName } from '../../lib/wording/closest.js'
import { described } from '../../lib/wording/described.js'
import { ConfigurationError } from '../../errors.js'
import { type ExchangeOptions, exchangeProblem, SAML_OPTIONS } from '../exchange-options.js'
import { SIGNATURE_ALGORITHMS } from '../keys/usable-key.js'

/** `cds.requires.auth.issuers.<alias>`: an OpenID Connect issuer whose tokens are accepted. */
export interface OidcIssuerOptions {
  /** Exactly the `iss` claim: an https URL; http only on this machine. */
  readonly issuer: string
  /** Name of this application in the `aud` claim; one of a list is enough. */
  readonly audience: string | readonly string[]
  /** URL of the key set. Default: discovered at `<issuer>/.well-known/openid-configuration`. */
  readonly jwks?: string
  /** Signature algorithms. Default: `["RS256"]`. */
  readonly algorithms?: readonly string[]
  /** `at+jwt`: the type must be declared (RFC 9068). `id_token`: ID tokens instead of access tokens. */
  readonly tokenType?: 'at+jwt' | 'id_token'
  /** Claim with the tenant, which then is required, or a fixed one. Default: no tenant. */
  readonly tenant?: string | { readonly value: string }
  /** Claim that becomes `user.id`; of a list the first that a token has. Default: `sub`. */
  readonly userId?: string | readonly string[]
  /** Put before `user.id`, so that no other issuer has a user of the same id. Default: nothing. */
  readonly userIdPrefix?: string
  /** Claim with the roles, and the roles that count. Default: no roles. */
  readonly roles?: OidcRolesOptions
  /** Claims by the name of the attribute that they become. Default: none. */
  readonly attributeMapping?: Readonly<Record<string, string>>
  /** Exchange of the token for one of XSUAA, for calls on behalf of the user. Default: such calls are refused. */
  readonly exchange?: ExchangeOptions
}

/** `cds.requires.auth.issuers.<alias>.roles` */
export interface OidcRolesOptions {
  /** Name of a claim, or path into it: `realm_access.roles`. Values of several are taken together. */
  readonly claim: string | readonly string[]
  /** Local roles by the name that the issuer uses; `true`: they have the same name. */
  readonly map: true | Readonly<Record<string, string | readonly string[]>>
}

type Check = (value: unknown) => string | undefined

const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'

const texts: Check = (value) =>
  Array.isArray(value)
    ? value.length && !value.some(text)
      ? undefined
      : 'a text or a list of texts'
    : text(value)

const url: Check = (value) =>
  isTrustworthyUrl(value) ? undefined : 'an https URL (http only on this machine)'

const algorithms: Check = (value) =>
  !texts(value) && Array.isArray(value) && value.every(isSignatureAlgorithm)
    ? undefined
    : `a list of ${SIGNATURE_ALGORITHMS.join(', ')}`

function isSignatureAlgorithm(value: unknown): boolean {
  return SIGNATURE_ALGORITHMS.some((each) => each === value)
}

const tokenType: Check = (value) =>
  value === 'at+jwt' || value === 'id_token' ? undefined : '"at+jwt" or "id_token"'

const tenant: Check = (value) => {
  const fixed = isRecord(value) ? value.value : undefined
  const good = typeof fixed === 'string' ? /^[\w.-]{1,64}$/.test(fixed) : !text(value)
  return good ? undefined : 'the name of a claim, or { "value": "<tenant id>" }'
}

const roles: Check = (value) => {
  if (!isRecord(value) || texts(value.claim)) return 'an object with "claim" and "map"'
  const { map } = value
  const good = map === true || (isRecord(map) && !Object.values(map).some(texts))
  return good ? undefined : 'an object whose "map" names local roles, or is true'
}

const attributeMapping: Check = (value) =>
  isRecord(value) &&
  !Object.values(value).some(text) &&
  Object.keys(value).every((name) => /^[\w.-]{1,128}$/.test(name) && name !== '__proto__')
    ? undefined
    : 'an object of claim names, by attribute names of letters, digits, "_", "." and "-"'

/** Names the part of the option that is wrong; see {@link checkOidcOptions}. */
function checkExchange(path: string, value: unknown): void {
  const problem = value === undefined || value === null ? undefined : exchangeProblem(value)
  if (!problem) return
  const fix = `With "saml2-bearer" there are ${SAML_OPTIONS.join(', ')}; "jwt-bearer" has no more options.`
  throw new ConfigurationError(`${path}.exchange${problem}`, { fix })
}

const CHECKS = new Map<string, Check>(
  Object.entries({
    ...{ issuer: url, audience: texts, jwks: url, algorithms, tokenType, tenant },
    ...{ userId: texts, userIdPrefix: text, roles, attributeMapping, exchange: () => undefined }
  })
)
/** Names of the options of an issuer. @internal */
export const ISSUER_OPTIONS = [...CHECKS.keys()]
const REQUIRED = ['issuer', 'audience']

/** Returns the next step for an option that there is not. */
function nameAdvice(name: string): string {
  const guess = nearestName(name, ISSUER_OPTIONS)
  return guess
    ? `Did you mean "${guess}"?`
    : `Leave it out: there are ${ISSUER_OPTIONS.join(', ')}.`
}

/**
 * Checks `cds.requires.auth.issuers.<alias>` before the first request. An option that is not known is an error, too: a
 * misspelled one would leave a check out.
 *
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function checkOidcOptions(alias: string, options: unknown): void {
  const path = `cds.requires.auth.issuers.${alias}`
  if (!isRecord(options)) {
    const fix =
      'Give it at least "issuer" (exactly the "iss" claim) and "audience" (the name of this application in "aud").'
    throw new ConfigurationError(`${path} must be an object`, { sent: described(options), fix })
  }
  for (const name of new Set([...REQUIRED, ...Object.keys(options)])) {
    const check = CHECKS.get(name)
    if (!check) {
      throw new ConfigurationError(`${path}.${name} is not known`, { fix: nameAdvice(name) })
    }
    const value = options[name] ?? undefined
    if (value === undefined && !REQUIRED.includes(name)) continue
    const expected = check(value)
    if (expected) throw wrongValue(`${path}.${name}`, value, expected)
  }
  checkExchange(path, options.exchange)
}

function wrongValue(option: string, value: unknown, expected: string): ConfigurationError {
  if (value === undefined) {
    const fix = 'Add it: without it, nothing says which tokens are for this application.'
    return new ConfigurationError(`${option} is missing`, { expected, fix })
  }
  const details = { sent: described(value), expected, fix: 'Correct the value.' }
  return new ConfigurationError(`${option} has a value that is not possible`, details)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
