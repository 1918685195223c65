import { printable } from '../../lib/redact.js'
import { knownClient, type JwtPayload, scopesOf, stringsClaim } from '../../token/claims.js'
import { decode } from '../../token/decode.js'

/** Names of one kind that are told at most. */
const MAX_NAMES = 100

/**
 * Facts about a validated token. Nothing else of it is told: no name, no e-mail address, no value of
 * an attribute, and no part of the token itself.
 */
export interface TokenFacts {
  /** Host of `iss`. */
  readonly issuer: string | undefined
  /** Values of `aud`. */
  readonly audience: readonly string[]
  /** Client that the token was issued to: `azp`, in older tokens `cid`. */
  readonly client: string | undefined
  /** Actor that the token of another issuer names (`act`, RFC 8693). */
  readonly actor: string | undefined
  /** Tenant: `zid` of XSUAA, `app_tid` of Identity Authentication. */
  readonly tenant: string | undefined
  /** Identity provider that the user has logged on with. */
  readonly origin: string | undefined
  /** Names of scopes. */
  readonly scopes: readonly string[]
  /** Names of the attributes of the user, without their values. */
  readonly attributes: readonly string[]
  /** End of the token in seconds since the epoch. */
  readonly expiresAt: number | undefined
}

/**
 * Returns the facts about a token that was validated before.
 *
 * @param attributes - of the user
 * @param actor - that the issuer's tokens name
 * @internal
 */
export function factsOf(bearerToken: string, attributes: object, actor?: string): TokenFacts {
  const { payload } = decode(bearerToken)
  const { iss, exp } = payload
  return {
    issuer: hostOf(iss),
    audience: names(stringsClaim(payload, 'aud')),
    client: named(knownClient(payload)),
    actor: named(actor),
    tenant: named(payload['zid'] ?? payload['app_tid']),
    origin: named(payload['origin']),
    scopes: names(scopesIn(payload)),
    attributes: names(Object.keys(attributes)),
    expiresAt: typeof exp === 'number' ? exp : undefined
  }
}

/** Issuers other than XSUAA may have anything in that claim. */
function scopesIn(payload: JwtPayload): string[] {
  try {
    return scopesOf(payload)
  } catch {
    return []
  }
}

function hostOf(url: unknown): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : named(url)
}

const named = (value: unknown) => (typeof value === 'string' ? printable(value) : undefined)

const names = (values: readonly string[]) =>
  values.slice(0, MAX_NAMES).map((each) => printable(each))
