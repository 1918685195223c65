import { TokenError } from '../../errors.js'
import { requireNative } from '../../lib/lazy.js'
import {
  checkTimes,
  clientOf,
  scopesOf,
  stringClaim,
  stringsClaim,
  tenantClaim
} from '../claims.js'
import type { DecodedToken } from '../decode.js'
import { checkHeader } from '../header.js'
import { addresseeText, issuerHost, NEW_TOKEN } from '../token-facts.js'
import type { Issuer } from './issuer.js'
import { KeySet, type VerificationKey } from '../keys/key-set.js'
import { jwksSource } from '../keys/sources.js'
import { checkOidcOptions, type OidcIssuerOptions } from './oidc-options.js'
import { OidcSecurityContext } from './oidc-security-context.js'
import { checkTokenType } from './token-type.js'

/**
 * An OpenID Connect issuer, such as Keycloak or Entra ID. `jose` verifies the signature, with the issuer's own key; what
 * needs no key is checked before, so that a token which can't be good causes no call to the issuer.
 *
 * @param alias - name below `cds.requires.auth.issuers`
 * @throws {@link ConfigurationError} naming the option
 * @see RFC 9068 section 4
 * @internal
 */
export function oidcIssuer(alias: string, options: OidcIssuerOptions): Issuer {
  checkOidcOptions(alias, options)
  const { algorithms = ['RS256'] } = options
  const keys = new KeySet({ alias, algorithms, load: jwksSource(options) })
  const verifySignature = signatureVerifier()
  const issuer: Issuer = {
    alias,
    trusts: issuerHost(options.issuer),
    matches: (payload) => payload.iss === options.issuer,
    async verify(token) {
      checkHeader(token.header, algorithms)
      checkTokenType(token, options.tokenType)
      const tenant = checkClaims(token, options)
      const { alg, kid } = token.header as { alg: string; kid: string }
      const key = await keys.key(kid, alg)
      await verifySignature(token, key, alg)
      const { bearerToken, payload } = token
      const keyIsHeld = () => keys.holds(kid, key)
      return { issuer, bearerToken, payload, tenant, expiresAt: Number(payload.exp), keyIsHeld }
    },
    loadKeys: () => keys.load(),
    securityContext: ({ bearerToken }) => new OidcSecurityContext(bearerToken)
  }
  return issuer
}

/** @returns the tenant */
function checkClaims({ payload }: DecodedToken, options: OidcIssuerOptions): string | undefined {
  if (stringClaim(payload, 'iss') !== options.issuer) {
    throw new TokenError('ERR_TOKEN_ISSUER', '"iss" claim is not the configured issuer', {
      sent: issuerHost(payload.iss),
      expected: issuerHost(options.issuer)
    })
  }
  checkTimes(payload)
  scopesOf(payload)
  clientOf(payload)
  const audience = stringsClaim(payload, 'aud')
  if (![options.audience].flat().some((name) => audience.includes(name))) {
    const text = 'the token was issued for another application: "aud" does not have the "audience"'
    throw new TokenError('ERR_TOKEN_AUDIENCE', `${text} of the issuer's configuration`, {
      sent: addresseeText(payload),
      expected: `audience ${[options.audience].flat().join(' or ')}`,
      fix: 'Ask the issuer for a token for this application, or correct "audience" in cds.requires.auth.issuers.'
    })
  }
  return tenantOf(payload, options.tenant)
}

/** A tenant that should be there and is not is no reason to act for the provider. */
function tenantOf(payload: DecodedToken['payload'], option: OidcIssuerOptions['tenant']) {
  if (option === undefined) return undefined
  if (typeof option === 'object') return option.value
  const tenant = tenantClaim(payload, option)
  if (tenant === undefined) {
    throw new TokenError('ERR_TOKEN_TENANT', `"${option}" claim with the tenant is missing`, {
      fix: 'Let the issuer put the tenant into the claim, or correct "tenant" in cds.requires.auth.issuers.'
    })
  }
  return tenant
}

/** Loads `jose`, which an application without such issuers does not need. */
function signatureVerifier() {
  const { compactVerify } = requireNative('jose') as typeof import('jose')
  return async ({ bearerToken }: DecodedToken, { keyObject }: VerificationKey, alg: string) => {
    try {
      await compactVerify(bearerToken, keyObject, { algorithms: [alg] })
    } catch {
      throw new TokenError('ERR_TOKEN_SIGNATURE', "the token's signature is wrong", {
        fix: NEW_TOKEN
      })
    }
  }
}
