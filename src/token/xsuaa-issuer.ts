import { errors, XsuaaService, XsuaaToken } from '@sap/xssec'

import { ConfigurationError, TokenError } from '../errors.js'
import { checkTimes, scopesOf, stringClaim, stringsClaim, tenantClaim } from './claims.js'
import type { DecodedToken } from './decode.js'
import { checkHeader } from './header.js'
import type { Issuer, VerifiedToken } from './issuer.js'

/** What an XSUAA binding holds, as far as it matters here (VCAP_SERVICES.xsuaa[].credentials). */
export interface XsuaaCredentials {
  readonly clientid: string
  readonly xsappname: string
  readonly uaadomain: string
  readonly url?: string
  readonly clientsecret?: string
  readonly tenantid?: string
  readonly identityzoneid?: string
  readonly tenantmode?: string
}

const ALGORITHMS = ['RS256']
const REQUIRED = ['clientid', 'xsappname', 'uaadomain'] as const

/**
 * XSUAA as an issuer. `@sap/xssec` verifies signature and audience with the keys of the binding's `uaadomain`; the checks
 * that it does not make (header, shapes, `iss`, tenant) stand around it.
 *
 * @throws {@link ConfigurationError} when the binding is incomplete
 * @internal
 */
export function xsuaaIssuer(credentials: XsuaaCredentials, config: object = {}): Issuer {
  for (const name of REQUIRED) {
    if (!credentials[name]) {
      throw new ConfigurationError(`the XSUAA binding of cds.requires.auth has no "${name}"`)
    }
  }
  const service = new XsuaaService({ ...credentials }, structuredClone(config))
  return {
    alias: 'xsuaa',
    async verify(token, { correlationId }) {
      checkHeader(token.header, ALGORITHMS)
      const tenant = checkClaims(token, credentials)
      const xsuaaToken = new XsuaaToken(token.bearerToken, token)
      const securityContext = await service
        .createSecurityContext(xsuaaToken, { ...(correlationId && { correlationId }) })
        .catch((error: unknown) => fail(error))
      return { ...verified(token, tenant), securityContext }
    }
  }
}

function verified(token: DecodedToken, tenant: string | undefined) {
  const { bearerToken, payload } = token
  return { issuer: 'xsuaa', bearerToken, payload, tenant, expiresAt: Number(payload.exp) }
}

/** Everything that needs no key: refused here, a token causes no call to XSUAA. */
function checkClaims({ payload }: DecodedToken, credentials: XsuaaCredentials): string | undefined {
  checkTimes(payload)
  stringsClaim(payload, 'aud')
  scopesOf(payload)
  for (const name of ['cid', 'client_id', 'azp', 'grant_type', 'origin']) stringClaim(payload, name)
  checkIssuer(stringClaim(payload, 'iss'), credentials.uaadomain)
  const tenant = tenantClaim(payload, 'zid')
  const own = credentials.tenantid ?? credentials.identityzoneid
  if (credentials.tenantmode === 'dedicated' && tenant && own && tenant !== own) {
    const text = 'the token is of another tenant, and the binding\'s "tenantmode" is dedicated'
    throw new TokenError('ERR_TOKEN_TENANT', text)
  }
  return tenant
}

/** The form that every landscape still issues for some flows, whatever its domain. */
const LEGACY_ISSUER = /^http:\/\/[a-z0-9-]{1,63}\.localhost:8080\/uaa\/oauth\/token$/

/** `https://<subdomain>.<uaadomain>/oauth/token` of any subscriber, also on the certificate host. */
function checkIssuer(iss: string | undefined, uaadomain: string): void {
  if (iss === undefined) throw new TokenError('ERR_TOKEN_ISSUER', 'missing required "iss" claim')
  const [, host] = /^https:\/\/[a-z0-9-]{1,63}\.([a-z0-9.:-]+)\/oauth\/token$/.exec(iss) ?? []
  const domain = uaadomain.replace(/^https:\/\//, '')
  const certDomain = domain.replace(/^authentication\./, 'authentication.cert.')
  if (host !== domain && host !== certDomain && !LEGACY_ISSUER.test(iss)) {
    throw new TokenError('ERR_TOKEN_ISSUER', "the token's issuer is not the XSUAA of the binding")
  }
}

/** Errors of `@sap/xssec` carry the token and its claims: only their kind goes on. */
function fail(error: unknown): never {
  const { ExpiredTokenError, NotYetValidTokenError, WrongAudienceError, MissingKidError } = errors
  if (error instanceof ExpiredTokenError) {
    throw new TokenError('ERR_TOKEN_EXPIRED', 'the token has expired')
  }
  if (error instanceof NotYetValidTokenError) {
    throw new TokenError('ERR_TOKEN_NOT_YET_VALID', 'the token is not valid yet ("nbf" claim)')
  }
  if (error instanceof WrongAudienceError) {
    const text =
      'the token was issued for another application: neither "aud" nor scopes name this one'
    throw new TokenError('ERR_TOKEN_AUDIENCE', text)
  }
  if (error instanceof MissingKidError) {
    throw new TokenError('ERR_TOKEN_SIGNATURE', 'XSUAA has no key with the "kid" of the token')
  }
  if (error instanceof errors.ValidationError) {
    throw new TokenError('ERR_TOKEN_SIGNATURE', "the token's signature is wrong")
  }
  const text = `the keys of XSUAA can't be fetched (${reason(error)}): check the binding's "uaadomain"`
  throw new TokenError('ERR_ISSUER_UNAVAILABLE', text)
}

/** A short word for the log: no URL, no body. */
function reason(error: unknown): string {
  if (error instanceof errors.TimeoutError) return 'timeout'
  if (error instanceof errors.ResponseError) return `status ${String(error.responseCode)}`
  return error instanceof errors.NetworkError ? 'network error' : 'unexpected answer'
}

export type { VerifiedToken }
