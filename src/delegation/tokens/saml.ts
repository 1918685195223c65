import type { XsuaaClient } from '../../destination/exchange/client.js'
import { signedAssertion } from '../../destination/exchange/saml/assertion.js'
import {
  type ServiceProvider,
  serviceProviderAt
} from '../../destination/exchange/saml/metadata.js'
import { claimsOf } from '../../destination/tokens/lifetime.js'
import { ConfigurationError } from '../../errors.js'
import { checkXmlLibraries } from '../../lib/lazy.js'
import { type Key, SingleFlight } from '../../lib/single-flight.js'
import type { JwtPayload } from '../../token/claims.js'
import { TokenPrincipal } from '../../user/principal.js'
import type { Author, AuthorToken } from '../author.js'
import type { DelegatedService } from '../options.js'
import type { AuthorTokenRequest, TokenWay } from '../ways.js'
import type { AssertionKey } from '../keys/assertion-keys.js'
import { assertionKeys } from '../keys/keys.js'
import { checkByToken } from './check-author.js'
import { ended, isFinal, noToken, refusedAuthor, thrownAway } from './failure.js'
import { otherIssuer } from './ias.js'
import { tokenOfAuthor } from './kept-tokens.js'
import { wayOptions } from './options.js'
import { askForToken, withEachKey } from './token-service.js'
import type { SamlDelegation, SamlServiceProvider } from './way-options.js'
import { boundIssuers, NAMES, verifiedUser } from './verified.js'

const XSUAA = NAMES.xsuaa

/** Attribute from which XSUAA takes the e-mail address. */
const MAIL = 'mail'

/** Seconds for which an assertion is valid at most. */
const LIFETIME = 180

/**
 * Way by a SAML 2.0 bearer assertion (RFC 7522): the subaccount of each tenant trusts the application as an identity provider. The user is
 * the one of this provider, with its own `origin`.
 *
 * @see SAP BTP Connectivity, "SAML Bearer Assertion Flow between Cloud Foundry Applications"
 * @internal
 */
export const samlWay: TokenWay = {
  name: 'saml2-bearer',
  isConfigured(service) {
    if (!optionsOf(service)) return false
    if (!boundIssuers().xsuaa?.url) {
      const path = `cds.requires.${service.name}.delegation.saml`
      throw new ConfigurationError(`${path} needs a bound XSUAA, which gives the tokens`)
    }
    checkXmlLibraries()
    assertionKeys(service)
    checkTenants(service)
    return true
  },
  claims(service) {
    const { userIdSource } = optionsOf(service) ?? {}
    return ['email', ...(userIdSource ? [userIdSource] : [])]
  },
  async checkAuthor(author, service) {
    if (author.issuer !== 'ias' && author.issuer !== 'xsuaa') throw otherIssuer(author, service)
    if (!nameIdOf(author, service)) {
      const reason = "the user's token has no claim by which XSUAA would know the author"
      throw refusedAuthor(service, reason, 'See delegation.saml.userIdSource.')
    }
    const fix =
      'The subaccount of the tenant needs the trust configuration, and the user in it: docs/errors.md#err_delegation_refused.'
    await checkByToken(samlWay, author, service, fix)
  },
  tokenFor(request) {
    return tokenOfAuthor(['saml', ...keyOf(request)], request, () => fetchToken(request))
  }
}

/** Returns all that decides about the assertion besides the author. */
function keyOf({ author, service }: AuthorTokenRequest): Key {
  const { url, clientid } = boundClient()
  const { origin, assertionIssuer, nameIdFormat } = optionsOf(service) as SamlDelegation
  const { audience, assertionRecipient } = providerOf(author, service) ?? {}
  const nameId = nameIdOf(author, service)
  return [
    url,
    clientid,
    origin,
    assertionIssuer,
    nameIdFormat,
    nameId,
    audience,
    assertionRecipient
  ]
}

function optionsOf(service: DelegatedService): SamlDelegation | undefined {
  return wayOptions(service, 'saml')
}

function boundClient(): XsuaaClient {
  return boundIssuers().xsuaa as XsuaaClient
}

function nameIdOf({ userId, claims }: Author, service: DelegatedService): string | undefined {
  const { userIdSource, nameIdFormat } = optionsOf(service) ?? {}
  const source = userIdSource ?? (nameIdFormat?.endsWith(':emailAddress') ? 'email' : undefined)
  return source === undefined ? userId : claims[source]
}

async function fetchToken(request: AuthorTokenRequest): Promise<AuthorToken> {
  const { service } = request
  const bearerToken = await withEachKey(assertionKeys(service), (key) =>
    tokenByAssertion(request, key)
  ).catch((error: unknown) => {
    if (!isFinal(error)) throw noToken(service, XSUAA, error)
    const advice = 'The subaccount of the tenant needs the trust configuration, and the user in it.'
    throw ended(service, XSUAA, error, advice)
  })
  const { identity, payload } = await verifiedUser(service, 'xsuaa', bearerToken)
  const difference = differenceOf(request, payload)
  if (difference) throw thrownAway(service, XSUAA, difference)
  const { userId, tenant, origin, subject, expiresAt } = identity
  const user = { userId, tenant, issuer: 'xsuaa', origin, subject, expiresAt }
  return new TokenPrincipal({ ...user, bearerToken })
}

async function tokenByAssertion(
  { author, service, until }: AuthorTokenRequest,
  { key, certificate }: AssertionKey
): Promise<string> {
  const { assertionIssuer, nameIdFormat } = optionsOf(service) as SamlDelegation
  const { tenant, claims } = author
  const { entityId, recipient, client } = await subaccountOf(author, service, until)
  const email = claims['email']
  const content = {
    issuer: assertionIssuer,
    nameId: nameIdOf(author, service) ?? '',
    nameIdFormat,
    audience: entityId,
    recipient,
    authnContextClassRef: undefined,
    attributes: email ? { [MAIL]: [email] } : {},
    expiresAt: Math.min(until, Date.now() / 1000 + LIFETIME)
  }
  const path = new URL(recipient).pathname
  return askForToken({ client, path, tenant, until }, async () => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
    assertion: await signedAssertion(content, { key, certificate })
  }))
}

/** The token has to be of the user in the assertion, from the configured trust, in the author's tenant, and for this application. */
function differenceOf({ author, service }: AuthorTokenRequest, payload: JwtPayload) {
  const { origin } = optionsOf(service) as SamlDelegation
  const { claims, tenant } = author
  const { user_name: name, email, zid, cid } = payload
  if (zid !== tenant) return 'of another tenant'
  if (cid !== boundClient().clientid) return 'for another application'
  if (payload['origin'] !== origin) return 'of a user of another identity provider'
  if (!isSame(name, nameIdOf(author, service))) return 'of another user'
  if (typeof email !== 'string') return undefined
  if (/\.invalid$/i.test(email)) return 'of a user without e-mail address (".invalid")'
  const sent = claims['email']
  return sent === undefined || isSame(email, sent)
    ? undefined
    : 'of a user with another e-mail address'
}

/** True if two names are equal; XSUAA ignores their case. */
function isSame(value: unknown, expected: string | undefined): boolean {
  return typeof value === 'string' && value.toLowerCase() === expected?.toLowerCase()
}

/** Subaccount of a tenant as a SAML service provider, and its token service. */
interface Subaccount extends ServiceProvider {
  readonly client: XsuaaClient
}

/** Returns what is configured for the tenant of an author. */
function providerOf(
  { tenant }: Pick<Author, 'tenant'>,
  service: DelegatedService
): SamlServiceProvider | undefined {
  const { tenants = {} } = optionsOf(service) ?? {}
  return tenant !== undefined && Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined
}

async function subaccountOf(
  { tenant }: Author,
  service: DelegatedService,
  until: number
): Promise<Subaccount> {
  const client = boundClient()
  const known = providerOf({ tenant }, service)
  if (known) {
    const { audience: entityId, assertionRecipient: recipient } = known
    return { entityId, recipient, client: atHost(client, new URL(recipient).host) }
  }
  if (tenant === (client.tenantid ?? client.identityzoneid)) {
    return { ...(await serviceProviderAt(client.url, tenant)), client }
  }
  const host = `${await subdomains.get([client.url, tenant], () => subdomainOf(client, tenant, until))}.${client.uaadomain}`
  const own = atHost(client, host)
  return { ...(await serviceProviderAt(own.url, tenant)), client: own }
}

/** @throws {@link ConfigurationError} for an endpoint that must not get the credentials */
function checkTenants(service: DelegatedService): void {
  for (const { assertionRecipient } of Object.values(optionsOf(service)?.tenants ?? {})) {
    atHost(boundClient(), new URL(assertionRecipient).host)
  }
}

/** Credentials go to hosts of the binding's domain only. */
function atHost(client: XsuaaClient, host: string): XsuaaClient {
  const { uaadomain, certificate } = client
  if (host !== uaadomain && !host.endsWith(`.${uaadomain}`)) {
    throw new ConfigurationError(
      `delegation.saml.tenants has an "assertionRecipient" outside of ${uaadomain}, the domain of the bound XSUAA`
    )
  }
  const url = `https://${host}`
  const certurl = `https://${host.replace(/\.authentication\./, '.authentication.cert.')}`
  return { ...client, url, ...(certificate && { certurl }) }
}

/** Milliseconds; the subdomain of a subaccount does not change. */
const KEPT = 3600_000

const subdomains = new SingleFlight<string>('subdomains', 10_000)

/** The tenant's name in host names is in the application's own token of that tenant. */
async function subdomainOf(client: XsuaaClient, tenant: string | undefined, until: number) {
  const request = { client, path: '/oauth/token', tenant, zone: tenant, until }
  const form = { grant_type: 'client_credentials' }
  const token = await askForToken(request, () => Promise.resolve(form))
  const { zdn } = (claimsOf(token)?.['ext_attr'] ?? {}) as { zdn?: unknown }
  if (typeof zdn === 'string' && /^[a-z0-9-]{1,63}$/i.test(zdn))
    return { value: zdn, lifetime: KEPT }
  throw new Error('the token of the tenant has no subdomain')
}
