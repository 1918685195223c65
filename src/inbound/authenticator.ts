import { ConfigurationError, TokenError } from '../errors.js'
import type { AuthOptions, Bindings } from '../options.js'
import { isLeftOut, noteIssuer, noteKept } from '../lib/telemetry/health.js'
import { countLookup } from '../lib/telemetry/metrics.js'
import { unknownIssuer } from './denied/unknown-issuer.js'
import { decode, type DecodedToken } from '../token/decode.js'
import { iasIssuer } from '../token/issuers/ias.js'
import type { Issuer, VerifyOptions } from '../token/issuers/issuer.js'
import { oidcIssuer } from '../token/issuers/oidc.js'
import { checkOidcOptions, type OidcIssuerOptions } from '../token/issuers/oidc-options.js'
import { VerifiedTokens } from '../token/verified-tokens.js'
import { xsuaaIssuer } from '../token/issuers/xsuaa.js'
import { iasProfile } from '../user/ias-profile.js'
import { type Identity, identityOf } from '../user/identity.js'
import { oidcProfile } from '../user/oidc-profile.js'
import type { TokenProfile } from '../user/token-profile.js'
import { xsuaaProfile } from '../user/xsuaa-profile.js'

/** An issuer together with what its tokens say about users. */
export interface TrustedIssuer {
  readonly issuer: Issuer
  readonly profile: TokenProfile
}

/** The outcome of a token. */
export interface AuthenticationResult {
  readonly identity: Identity
  readonly issuer: Issuer
}

/** Identity that is kept for a token between requests. */
interface KeptIdentity extends AuthenticationResult {
  readonly expiresAt: number
  readonly keyIsHeld: () => boolean
}

/** Returns the issuers whose tokens are accepted: the bound services, and those of the configuration. */
export function trustedIssuers(options: AuthOptions, { xsuaa, ias }: Bindings): TrustedIssuer[] {
  const { config } = options
  const issuers = options.issuers ?? {}
  const userId = userIdClaims(options)
  checkIssuers(issuers)
  return [
    ...(xsuaa
      ? [{ issuer: xsuaaIssuer(xsuaa, config), profile: xsuaaProfile(xsuaa, userId) }]
      : []),
    ...(ias ? [{ issuer: iasIssuer(ias, config), profile: iasProfile(ias, userId) }] : []),
    ...Object.entries(issuers).map(([alias, each]) => trustOidc(alias, each))
  ]
}

/**
 * Checks the options of each issuer, and that no two are the same: a token is judged by one issuer, and the log tells them apart.
 *
 * @throws {@link ConfigurationError}
 */
function checkIssuers(issuers: Record<string, OidcIssuerOptions>): void {
  const seen = new Map<string, string>()
  for (const [alias, options] of Object.entries(issuers)) {
    checkOidcOptions(alias, options)
    const { issuer } = options
    const option = `cds.requires.auth.issuers.${alias}`
    const other = seen.get(issuer)
    if (other) {
      throw new ConfigurationError(`${option}.issuer is the same as that of "${other}"`, {
        fix: 'Leave one of the two out: a token is judged by one issuer.'
      })
    }
    if (alias === 'xsuaa' || alias === 'ias') {
      throw new ConfigurationError(`${option}: the name stands for the bound service`, {
        fix: 'Use another name.'
      })
    }
    seen.set(issuer, alias)
  }
}

function trustOidc(alias: string, options: OidcIssuerOptions): TrustedIssuer {
  return { issuer: oidcIssuer(alias, options), profile: oidcProfile(alias, options) }
}

/** Claims of the bound services' tokens that become the id of a user; without the option those of CAP's own strategies. */
function userIdClaims({ userId }: AuthOptions): readonly string[] | undefined {
  if (userId === undefined) return undefined
  const claims: readonly unknown[] = [userId].flat()
  if (claims.length && claims.every((each) => typeof each === 'string' && each !== '')) {
    return claims as readonly string[]
  }
  throw new ConfigurationError('cds.requires.auth.userId names no claim', {
    sent: Array.isArray(userId) && !userId.length ? 'an empty list' : `a ${typeof claims[0]}`,
    expected: 'a name, or a list of names',
    fix: 'Name the claim that becomes user.id, such as "user_name", or leave the option out.'
  })
}

/**
 * Turns a token into an identity: by the one issuer that it names, or from what is kept of the same token.
 *
 * @internal
 */
export class Authenticator {
  readonly #trusted: readonly TrustedIssuer[]
  readonly #kept = new VerifiedTokens<KeptIdentity>()

  constructor(trusted: readonly TrustedIssuer[]) {
    this.#trusted = trusted
  }

  /** Returns the result for a token that an earlier request brought; `undefined` if it is not kept. */
  recall(bearerToken: string): AuthenticationResult | undefined {
    const kept = this.#kept.get(bearerToken)
    if (!kept) return undefined
    countLookup('verified-tokens', true)
    noteKept(kept.issuer)
    return kept
  }

  /** @throws {@link TokenError} why the token is not accepted */
  async verify(bearerToken: string, options: VerifyOptions): Promise<AuthenticationResult> {
    countLookup('verified-tokens', false)
    const token = decode(bearerToken)
    const named = this.#trusted.find(({ issuer }) => issuer.matches(token.payload))
    if (!named) {
      throw unknownIssuer(
        token.payload,
        this.#trusted.map(({ issuer }) => issuer)
      )
    }
    const verified = await verify(named.issuer, token, options)
    const { expiresAt, keyIsHeld } = verified
    const identity = identityOf(verified, named.profile)
    const result = { identity, issuer: named.issuer, expiresAt, keyIsHeld }
    const bound = options.clientCertificate !== undefined // to be compared with the token each time
    if (!bound) this.#kept.set(bearerToken, result)
    return result
  }
}

/** Code of a token that could not be judged. */
const UNAVAILABLE = 'ERR_ISSUER_UNAVAILABLE'

/** The log names the issuer by its alias. */
async function verify(issuer: Issuer, token: DecodedToken, options: VerifyOptions) {
  try {
    const verified = await issuer.verify(token, options)
    noteIssuer(issuer.alias)
    return verified
  } catch (error) {
    if (error instanceof TokenError) error.issuer = issuer.alias
    const { code } = error as Partial<TokenError>
    if (code === UNAVAILABLE && !isLeftOut(error as object)) noteIssuer(issuer.alias, code)
    throw error
  }
}
