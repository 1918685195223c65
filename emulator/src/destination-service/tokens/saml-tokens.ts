import { findClient } from '../../landscape/clients.js'
import { createAssertion } from '../../saml/create-assertion.js'
import { serviceProvider } from '../../saml/service-provider.js'
import { SAML2_BEARER, type Claims } from '../../xsuaa/claims.js'
import { exchangeUserToken } from './exchange-user-token.js'
import { foreignUser } from './foreign-user-token.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import { attributesOf, nameIdOf } from './saml-user.js'
import { tenantOf } from '../tenant-of-call.js'
import { askTokenService } from './token-service.js'
import type { TokenService } from '../../xsuaa/grants/token-service.js'
import type { AuthToken, Caller, DestinationTokens } from './types.js'
import type { DestinationConfiguration } from '../stored.js'

/**
 * `SAMLAssertion`: the assertion itself. It has no `expires_in`, and each one is a new one.
 *
 * @throws RetrievalFailed
 */
export async function samlAssertion(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const xml = await assertionFor(service, destination, caller, destination['assertionRecipient'])
  const value = encode(xml, destination['samlAssertionEncoding'] ?? 'base64')
  return {
    type: 'SAML2.0',
    value,
    http_header: { key: 'Authorization', value: `SAML2.0 ${value}` }
  }
}

/**
 * `OAuth2SAMLBearerAssertion`: the token that the token service gives for an assertion (RFC 7522). Without
 * `tokenServiceURL` that is the emulated XSUAA: its port is new on every start.
 *
 * @throws RetrievalFailed
 */
export async function samlBearerToken(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const { scope, clientKey } = destination
  if ((destination['tokenServiceURL.ProxyType'] ?? destination['ProxyType']) === 'OnPremise') {
    throw new RetrievalFailed(
      'a token service on premise is not emulated: set tokenServiceURL.ProxyType'
    )
  }
  const url = tokenServiceUrl(service, destination, caller)
  const form = new URLSearchParams({
    grant_type: SAML2_BEARER,
    assertion: await bearerAssertion(service, destination, caller, url),
    ...(clientKey && { client_id: clientKey }),
    ...(scope && { scope }),
    ...prefixed(destination, 'tokenService.body.')
  })
  const headers = {
    ...authorization(service, destination),
    ...zone(service, destination, caller),
    ...prefixed(destination, 'tokenServiceURL.headers.')
  }
  const answer = await askTokenService({ url, headers, form, ca: service.ca })
  return {
    type: answer.token_type,
    value: answer.access_token,
    http_header: { key: 'Authorization', value: `Bearer ${answer.access_token}` },
    expires_in: String(answer.expires_in ?? 0),
    ...(answer.scope !== undefined && { scope: answer.scope })
  }
}

/** Returns the client's own assertion, where the destination is one for such, else one of this service. */
async function bearerAssertion(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller,
  { href }: URL
): Promise<string> {
  if (destination['SAMLAssertionProvider'] === 'ClientProvided') {
    if (caller.assertion !== undefined) return caller.assertion
    throw new RetrievalFailed('SAMLAssertionProvider is ClientProvided, and there is no assertion')
  }
  const recipient = destination['assertionRecipient'] ?? href
  const xml = await assertionFor(service, destination, caller, recipient)
  return encode(xml, destination['samlAssertionEncoding'] ?? 'base64url')
}

/** Signed with the key of the tenant whose destination it is. */
async function assertionFor(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller,
  recipient: string | undefined
): Promise<string> {
  const { Authentication, SystemUser, audience, authnContextClassRef } = destination
  const isTechnical = Authentication === 'OAuth2SAMLBearerAssertion' && Boolean(SystemUser)
  const claims = isTechnical
    ? { user_name: SystemUser }
    : await userClaims(service, destination, caller)
  const { entityId, identity } = service.saml.signerOf(caller.tenant)
  const request = {
    issuer: destination['assertionIssuer'] ?? entityId,
    subject: nameIdOf(destination, claims),
    audience: audience || ownAudience(service, destination),
    recipient,
    authnContextClassRef,
    attributes: attributesOf(destination, claims),
    now: service.landscape.clock.now(),
    includeCertificate: destination['includeSigningCertificateInSAMLAssertion'] === 'true'
  }
  return createAssertion(request, await identity())
}

async function userClaims(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  { userToken }: Caller
): Promise<Claims> {
  const { Authentication } = destination
  if (!userToken) {
    throw new RetrievalFailed(
      `Cannot determine user to propagate for ${String(Authentication)} destination. Either provide user_token JWT ` +
        'token or configure it with SystemUser.'
    )
  }
  const foreign = await foreignUser(service.issuer, destination, userToken)
  if (foreign) return foreign
  const needed = Authentication === 'OAuth2SAMLBearerAssertion' ? 'uaa.user' : undefined
  return exchangeUserToken(service, service.landscape.clients.destination, userToken, needed)
}

/** The emulated XSUAA is known by the landscape; everybody else has to be named. */
function ownAudience(service: DestinationTokens, destination: DestinationConfiguration): string {
  const isOwn =
    destination['Authentication'] === 'OAuth2SAMLBearerAssertion' && !destination['tokenServiceURL']
  if (isOwn) return own(service).entityId
  throw new RetrievalFailed('audience is missing in the destination')
}

/** A token service for all tenants has the subdomain where its URL says `{tenant}`. */
function tokenServiceUrl(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  { subdomain = '' }: Caller
): URL {
  const configured = destination['tokenServiceURL'] ?? own(service).recipients[0] ?? ''
  const isCommon = destination['tokenServiceURLType'] === 'Common'
  const url = isCommon ? configured.replace('{tenant}', subdomain) : configured
  if (!URL.canParse(url)) throw new RetrievalFailed('tokenServiceURL is not a URL')
  const parsed = new URL(url)
  for (const [name, value] of Object.entries(prefixed(destination, 'tokenServiceURL.queries.'))) {
    parsed.searchParams.set(name, value)
  }
  return parsed
}

const own = ({ landscape, issuer }: TokenService) =>
  serviceProvider(landscape, issuer, landscape.tenant)

/** The emulated XSUAA is one for all tenants, and gives no token of another one than is asked for. */
function zone(service: DestinationTokens, destination: DestinationConfiguration, caller: Caller) {
  const isOwn = !destination['tokenServiceURL'] && Boolean(destination['SystemUser'])
  return isOwn && caller.subdomain !== undefined
    ? { 'x-zid': tenantOf(service, destination, caller) }
    : {}
}

/** Secrets of the landscape are new on every start: a configuration cannot know them, and may leave them out. */
function authorization({ landscape }: TokenService, destination: DestinationConfiguration) {
  const { tokenServiceUser: user, tokenServicePassword } = destination
  if (!user) return {}
  const isOwn = !destination['tokenServiceURL']
  const password = tokenServicePassword ?? (isOwn ? findClient(landscape, user)?.secret : '') ?? ''
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

function encode(xml: string, encoding: string): string {
  if (encoding === 'base64' || encoding === 'base64url') return Buffer.from(xml).toString(encoding)
  throw new RetrievalFailed(`samlAssertionEncoding ${encoding}: use base64 or base64url`)
}

/** Properties that begin with a prefix, without it. */
export function prefixed(
  destination: DestinationConfiguration,
  prefix: string
): Record<string, string> {
  const entries = Object.entries(destination).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]))
}
