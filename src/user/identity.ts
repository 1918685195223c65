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
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly roles: Readonly<Roles>
  readonly attributes: Readonly<Attributes>
}

/** Ids with a meaning of their own in CAP: nobody can be called so. */
const RESERVED_IDS = new Set(['anonymous', 'system', 'privileged'])

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const USER_ID = /^[^\u0000-\u001f\u007f]{1,255}$/

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
  return { kind: 'named', userId, ...common, roles, attributes: profile.attributes(payload) }
}

function usableId(id: string | undefined): string {
  if (id !== undefined && USER_ID.test(id) && !RESERVED_IDS.has(id)) return id
  throw new TokenError('ERR_TOKEN_CLAIM', 'the claim with the user id is missing or not usable')
}
