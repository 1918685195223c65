import { TokenError } from '../errors.js'
import { durationText, NEW_TOKEN } from './token-facts.js'

/** Next step where a claim has another shape than issuers give it. */
const SHAPE = {
  fix: 'Compare the claims with those of another token of the issuer (npx cds-principal explain token), and look at who has made it.'
}

/** The JOSE header as it came. Every member is unknown until it is checked. */
export type JwtHeader = Readonly<Record<string, unknown>>

/** The claims as they came. Every member is unknown until it is checked. */
export type JwtPayload = Readonly<Record<string, unknown>>

/** Seconds that clocks may differ (RFC 7519, section 4.1.4). The same as in `@sap/xssec`. */
const LEEWAY = 60

/** Seconds that a token may live at most; XSUAA allows up to a day, some issuers a week. */
const MAX_LIFETIME = 7 * 24 * 3600

/** Tenant ids reach cache keys, URLs and logs: nothing but these (GUIDs, and names of test tenants). */
const TENANT = /^[\w.-]{1,64}$/

/**
 * The claim as a string.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` when it is there and is no string.
 * @internal
 */
export function stringClaim(payload: JwtPayload, name: string): string | undefined {
  const value = claim(payload, name)
  if (value === undefined || typeof value === 'string') return value
  throw new TokenError('ERR_TOKEN_CLAIM', `"${name}" claim must be a string`, SHAPE)
}

/**
 * The claim as a list of strings; a single string counts as a list of one (RFC 7519, section 4.1.3).
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` for any other shape.
 * @internal
 */
export function stringsClaim(payload: JwtPayload, name: string): string[] {
  const value = claim(payload, name) ?? []
  const values: unknown[] = Array.isArray(value) ? value : [value]
  if (values.every((each) => typeof each === 'string')) return values
  throw new TokenError(
    'ERR_TOKEN_CLAIM',
    `"${name}" claim must be a string or a list of strings`,
    SHAPE
  )
}

/**
 * Scopes: a list (XSUAA), or one string with spaces (RFC 8693, section 4.2). None is not an error.
 *
 * @internal
 */
export function scopesOf(payload: JwtPayload): string[] {
  const value = claim(payload, 'scope')
  return typeof value === 'string'
    ? value.split(' ').filter(Boolean)
    : stringsClaim(payload, 'scope')
}

/**
 * Checks `exp` (required) and `nbf` against the clock.
 *
 * @param now - seconds since the epoch
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM`, `ERR_TOKEN_EXPIRED`, `ERR_TOKEN_NOT_YET_VALID`
 * @see RFC 7519 sections 4.1.4 to 4.1.6
 * @internal
 */
export function checkTimes(payload: JwtPayload, now = Date.now() / 1000): void {
  const exp = timeClaim(payload, 'exp')
  if (exp === undefined)
    throw new TokenError('ERR_TOKEN_CLAIM', 'missing required "exp" claim', SHAPE)
  if (exp + LEEWAY <= now) {
    const cause = `the token has expired: it ended ${durationText(now - exp)} ago`
    const fix = `${NEW_TOKEN} If new tokens end as fast, check the clock of this machine.`
    throw new TokenError('ERR_TOKEN_EXPIRED', cause, { fix })
  }
  const nbf = timeClaim(payload, 'nbf')
  if (nbf !== undefined && nbf - LEEWAY > now) {
    const cause = `the token is not valid yet ("nbf" claim): it starts in ${durationText(nbf - now)}`
    const fix = 'Check the clocks of this machine and of the issuer: they differ by that.'
    throw new TokenError('ERR_TOKEN_NOT_YET_VALID', cause, { fix })
  }
  if (exp - now > MAX_LIFETIME + LEEWAY) {
    throw new TokenError('ERR_TOKEN_CLAIM', '"exp" claim is more than 7 days ahead', {
      sent: durationText(exp - now),
      fix: 'Set a shorter token validity at the issuer.'
    })
  }
}

/**
 * The tenant, from the claim that this issuer puts it in.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` when it could be anything but an identifier.
 * @internal
 */
export function tenantClaim(payload: JwtPayload, name: string): string | undefined {
  const tenant = stringClaim(payload, name)
  if (tenant === undefined || TENANT.test(tenant)) return tenant
  throw new TokenError('ERR_TOKEN_CLAIM', `"${name}" claim is not a tenant id`, SHAPE)
}

/**
 * The client that a token was issued to: `azp`, in older tokens `cid` or `client_id` only.
 *
 * @internal
 */
export function clientOf(payload: JwtPayload): string | undefined {
  return (
    stringClaim(payload, 'azp') ?? stringClaim(payload, 'cid') ?? stringClaim(payload, 'client_id')
  )
}

/**
 * Returns the client of a verified token as {@link clientOf} does, and nothing for a claim of another shape: issuers other than those of
 * the platform may have anything there.
 *
 * @internal
 */
export function knownClient(payload: JwtPayload): string | undefined {
  const values = ['azp', 'cid', 'client_id'].map((name) => claim(payload, name))
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}

/**
 * Returns who acts for the subject of a token: `act` of RFC 8693, section 4.1. Earlier actors inside it are for information only. An actor
 * that has no name is empty.
 *
 * @internal
 */
export function actorOf(payload: JwtPayload): string | undefined {
  const act = claim(payload, 'act')
  if (act === undefined) return undefined
  const claims = typeof act === 'object' && !Array.isArray(act) ? (act as JwtPayload) : {}
  const { sub, client_id: client } = claims
  const name = sub ?? client
  return typeof name === 'string' ? name : ''
}

/** Grants without a user (RFC 6749, section 4.4; the second one is XSUAA's name for it with a certificate). */
const TECHNICAL_GRANTS = new Set(['client_credentials', 'client_x509'])

/**
 * True if a token of XSUAA stands for a client.
 *
 * @internal
 */
export function isTechnicalGrant(payload: JwtPayload): boolean {
  return TECHNICAL_GRANTS.has(stringClaim(payload, 'grant_type') ?? '')
}

function timeClaim(payload: JwtPayload, name: string): number | undefined {
  const value = claim(payload, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw new TokenError('ERR_TOKEN_CLAIM', `"${name}" claim must be a number of seconds`, SHAPE)
}

/** Own members only, and null is as good as absent: a missing claim means less, never more. */
function claim(payload: JwtPayload, name: string): unknown {
  return Object.hasOwn(payload, name) ? (payload[name] ?? undefined) : undefined
}
