import { declaresUserTokenKeys } from '../../destination/exchange/user.js'
import { findDestination } from '../../destination/look-up/find.js'
import { cap } from '../../cap.js'
import { ConfigurationError, PrincipalError } from '../../errors.js'
import { type NamedUser, TokenPrincipal } from '../../user/principal.js'
import type { Author, AuthorToken } from '../author.js'
import type { DelegatedService } from '../options.js'
import type { AuthorTokenRequest, TokenWay } from '../ways.js'
import { assertionKeys } from '../keys/keys.js'
import { signedToken } from './signed-token.js'
import { refusedAuthor } from './failure.js'
import { otherIssuer } from './ias.js'
import { tokenOfAuthor } from './kept-tokens.js'
import { wayOptions } from './options.js'
import type { UserTokenDelegation } from './way-options.js'

/** Name of the issuer of these tokens for the rest of the way: no token of another issuer goes anywhere without a declared key. */
const ISSUER = 'delegation'

/** Types for which the Destination service signs an assertion about the user. */
const SIGNED = ['OAuth2SAMLBearerAssertion', 'SAMLAssertion']

/** Seconds for which the token is kept and sent. */
const LIFETIME = 900

/**
 * Way by the application's own user token: the destination declares the application's keys, and the Destination service signs a SAML
 * assertion about the user in it for the called system.
 *
 * @see SAP BTP Connectivity, "HTTP Destinations", `x_user_token.jwks`
 * @internal
 */
export const userTokenWay: TokenWay = {
  name: 'destination',
  isConfigured(service) {
    if (!optionsOf(service)) return false
    const path = `cds.requires.${service.name}.delegation.userToken`
    if (!destinationOf(service)) {
      throw new ConfigurationError(`${path} needs "credentials.destination" of the service`)
    }
    if (Object.hasOwn(cap.env.requires.auth?.issuers ?? {}, ISSUER)) {
      const alias = `cds.requires.auth.issuers.${ISSUER}`
      throw new ConfigurationError(
        `${path} and ${alias}: the name stands for the application itself`
      )
    }
    assertionKeys(service)
    return true
  },
  claims: (service) => optionsOf(service)?.claims ?? ['email'],
  async checkAuthor(author, service) {
    if (author.issuer !== 'ias' && author.issuer !== 'xsuaa') throw otherIssuer(author, service)
    const found = await findDestination(destinationOf(service) ?? '', seeker(author)).catch(
      (error: unknown) => {
        const isKnown = error instanceof PrincipalError
        // an outage may pass, and without a declared key no token goes anywhere
        if (isKnown && error.code !== 'ERR_DESTINATION_UNAVAILABLE') throw error
      }
    )
    if (!found) return
    const { destination } = found
    if (!SIGNED.includes(String(destination.authentication))) {
      throw refusedAuthor(
        service,
        `destination "${String(destination.name)}" has Authentication "${String(destination.authentication)}"`,
        `delegation.userToken is for ${SIGNED.join(' and ')}.`
      )
    }
    if (declaresUserTokenKeys(destination)) return
    throw refusedAuthor(
      service,
      `destination "${String(destination.name)}" declares no keys of the application`,
      'Set "x_user_token.jwks_uri" or "x_user_token.jwks": docs/errors.md#err_delegation_refused.'
    )
  },
  tokenFor(request) {
    return tokenOfAuthor(['destination', request.service.name], request, () => makeToken(request))
  }
}

function optionsOf(service: DelegatedService): UserTokenDelegation | undefined {
  return wayOptions(service, 'userToken')
}

function destinationOf({ name }: DelegatedService): string | undefined {
  const { destination } = (cap.env.requires[name]?.credentials ?? {}) as { destination?: unknown }
  return typeof destination === 'string' ? destination : undefined
}

/** The destination is looked up in the tenant of the author; no token goes there. */
function seeker(author: Author): NamedUser {
  return new TokenPrincipal({ ...author, expiresAt: 0, bearerToken: '' })
}

async function makeToken({
  author,
  service,
  until,
  minTokenLifetime
}: AuthorTokenRequest): Promise<AuthorToken> {
  const { userId, tenant, origin, subject, claims } = author
  const now = Math.floor(Date.now() / 1000)
  const lifetime = Math.min(
    Math.max(LIFETIME, minTokenLifetime),
    Math.max(Math.floor(until) - now, 60)
  )
  const said = {
    ...claims,
    iss: optionsOf(service)?.issuer,
    sub: subject ?? userId,
    user_name: userId
  }
  const [key] = assertionKeys(service)
  if (!key) throw new ConfigurationError('there is no key for assertions')
  const bearerToken = await signedToken(key, said, lifetime)
  const user = { userId, tenant, issuer: ISSUER, origin, subject, expiresAt: now + lifetime }
  return new TokenPrincipal({ ...user, bearerToken })
}
