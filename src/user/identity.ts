import { TokenError } from '../errors.js'
import type { VerifiedToken } from '../token/issuer.js'
import type { Attributes } from './attributes.js'
import type { TokenProfile } from './profile.js'
import type { Roles } from './roles.js'

/**
 * What is known of the sender of a verified token; made once a token, and never handed to an application. Roles and
 * attributes are plain objects here, which are copied in no time.
 */
export interface Identity {
  readonly kind: 'named' | 'technical'
  readonly userId: string
  readonly tenant: string | undefined
  /** Name of the issuer in the configuration. */
  readonly issuer: string
  /** Of a named user: the identity provider. */
  readonly origin?: string | undefined
  /** Of a named user: the immutable id. */
  readonly subject?: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly roles: Readonly<Roles>
  readonly attributes: Readonly<Attributes>
}

/** Ids with a meaning of their own in CAP: nobody can be called so. */
const RESERVED_IDS = new Set(['anonymous', 'system', 'privileged'])

const MAX_LENGTH = 255

/**
 * What nobody sees in a log or change record, so that two ids could look alike: control and format characters, separators
 * of lines, characters that are ignored, and what is no character (surrogates by themselves, noncharacters).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}]/u

/**
 * Reads the claims of a verified token.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` when a token of a user does not say which
 * @internal
 */
export function identityOf(token: VerifiedToken, profile: TokenProfile): Identity {
  const { payload, tenant, expiresAt, issuer } = token
  const common = { tenant, expiresAt, issuer: issuer.alias }
  const roles = profile.roles(payload)
  if (profile.isTechnical(payload)) {
    const pseudoRoles: Roles = { 'system-user': 1 }
    if (profile.isOwnClient(payload)) pseudoRoles['internal-user'] = 1
    const all = { ...roles, ...pseudoRoles }
    return { kind: 'technical', userId: 'system', ...common, roles: all, attributes: {} }
  }
  const userId = usableId(profile.userId(payload))
  const person = profile.person(payload)
  return {
    kind: 'named',
    userId,
    ...person,
    ...common,
    roles,
    attributes: profile.attributes(payload)
  }
}

/** @throws {@link TokenError} `ERR_TOKEN_CLAIM` @internal */
export function usableId(id: string | undefined): string {
  const isUsable = id && id.length <= MAX_LENGTH && id === id.trim() && !INVISIBLE.test(id)
  if (isUsable && !RESERVED_IDS.has(id)) return id
  throw new TokenError('ERR_TOKEN_CLAIM', 'the claim with the user id is missing or not usable')
}
