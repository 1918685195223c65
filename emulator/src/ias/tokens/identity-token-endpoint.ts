import type { IncomingMessage } from 'node:http'
import type { RequestNotes } from '../../http/api-server.js'
import { findUserByUuid } from '../../landscape/landscape.js'
import type { Landscape } from '../../landscape/landscape.js'
import { type Claims, TOKEN_EXCHANGE } from '../../xsuaa/claims.js'
import {
  authenticateApplication,
  type AuthenticatedApplication
} from '../authenticate-application.js'
import {
  assertionFor,
  type AssertionResponse,
  isAssertion,
  requestedType
} from './exchange-token.js'
import { providerClaims } from './identity-claims.js'
import { isGranted } from '../identity-client.js'
import { identityError } from '../identity-error.js'
import type { TokenError } from '../../xsuaa/token-error.js'
import { CODE, IDENTITY_GRANTS } from './identity-grants.js'
import type { IdentityService } from '../identity-service.js'
import type { Dependency, IdentityApplication, IdentityTenant } from '../identity-tenant.js'
import type { IdentityGrantResult } from './identity-grant.js'

/** RFC 6749 section 5.1; users get an id token as well, which is what they are known by. */
export interface IdentityTokenResponse {
  access_token: string
  id_token?: string
  refresh_token?: string
  /** RFC 8693 section 2.2.1. */
  issued_token_type?: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
}

/**
 * Answers one POST to `/oauth2/token`.
 *
 * @throws TokenError
 */
export async function handleIdentityTokenRequest(
  service: IdentityService,
  req: IncomingMessage,
  form: URLSearchParams,
  notes: RequestNotes
): Promise<IdentityTokenResponse | AssertionResponse> {
  const authenticated = authenticateApplication(service.tenant, req, form)
  const { application, isPublic } = authenticated
  notes.client = application.id
  const type = form.get('grant_type') ?? ''
  const grant = IDENTITY_GRANTS.get(type)
  if (!grant) throw identityError('unsupported_grant_type', 'The grant type is not supported')
  notes.grant = type
  if (!isGranted(application, type)) throw notGranted(application, type)
  const result = await grant({ ...service, application, form, isPublic })
  const provider = providerOf(service, application, form)
  const isOpaque = formatOf(service.tenant, type, result, form) === 'opaque'
  const refreshExpiry = form.get('refresh_expiry') ?? result.refreshExpiry
  const request = { ...authenticated, claims: result.claims, provider, refreshExpiry, isOpaque }
  if (type !== TOKEN_EXCHANGE) return respond(service, request)
  const issued_token_type = requestedType(form, Boolean(provider))
  if (isAssertion(issued_token_type)) return assertion(service, result.claims, provider)
  return { ...(await respond(service, request)), issued_token_type }
}

/** Grants whose access tokens are JWTs by default; those of all others are opaque. */
const JWT_BY_DEFAULT = [CODE, 'client_credentials']

/** @see SAP Cloud Identity Services, "Token Policy Configuration for Applications" */
function formatOf(
  { accessTokenFormat }: IdentityTenant,
  grant: string,
  { external }: IdentityGrantResult,
  form: URLSearchParams
): 'jwt' | 'opaque' {
  const requested = form.get('token_format')
  if (requested === 'jwt' || requested === 'opaque') return requested
  if (requested) throw identityError('invalid_request', 'The token_format is not supported')
  if (accessTokenFormat === undefined) return external ? 'opaque' : 'jwt'
  if (accessTokenFormat !== 'default') return accessTokenFormat
  return JWT_BY_DEFAULT.includes(grant) ? 'jwt' : 'opaque'
}

/** Issues an assertion for the application that `resource` names. */
function assertion(
  service: IdentityService,
  { user_uuid }: Claims,
  dependency: Dependency | undefined
): Promise<AssertionResponse> {
  const { landscape, tenant } = service
  const provider = tenant.applications.find(({ id }) => id === dependency?.provider)
  const user = findUserByUuid(landscape, user_uuid)
  if (provider && user) return assertionFor(service, provider, user)
  throw identityError(
    'invalid_target',
    'The resource is missing: an assertion is for one application'
  )
}

/** Says which option is missing: on BTP, the parameter `grant-types` of the service instance. */
function notGranted({ name }: IdentityApplication, grant: string): TokenError {
  const option = name ? `identity.applications.${name}.grantTypes` : 'identity.grantTypes'
  const text = `The grant type is not allowed for the application: add ${grant} to ${option}`
  return identityError('unauthorized_client', text)
}

/** A request that is granted. */
interface GrantedRequest extends AuthenticatedApplication {
  claims: Claims
  provider: Dependency | undefined
  /** Seconds, `undefined` for the validity that the application has. */
  refreshExpiry: string | undefined
  /** True if the access token is opaque. */
  isOpaque: boolean
}

async function respond(
  { issuer, tenant, refreshTokens, opaqueTokens }: IdentityService,
  { application, thumbprint, claims, provider, refreshExpiry, isOpaque }: GrantedRequest
): Promise<IdentityTokenResponse> {
  if (provider && isSaml(tenant, provider)) {
    throw identityError('invalid_target', 'The resource is an application with SAML 2.0')
  }
  const bound = { ...claims, ...(thumbprint && { cnf: { 'x5t#S256': thumbprint } }) }
  const isUser = claims['sap_id_type'] === 'user'
  const sign = (content: Claims) => issuer.sign(content, tenant.tokenValidity)
  const refreshTokenValidity = refreshSeconds(application, refreshExpiry)
  const refresh = isUser && refreshTokenValidity > 0
  const accessToken = await sign(provider ? providerClaims(bound, provider) : bound)
  return {
    access_token: isOpaque ? opaqueTokens.create(accessToken, tenant.tokenValidity) : accessToken,
    ...(isUser && !provider && { id_token: await sign(bound) }),
    ...(refresh && { refresh_token: refreshTokens.create({ refreshTokenValidity }, claims) }),
    token_type: 'Bearer',
    expires_in: tenant.tokenValidity
  }
}

/** A request can only shorten the validity, and not ask for anything else. */
function refreshSeconds({ refreshTokenValidity }: IdentityApplication, expiry?: string): number {
  const seconds = Number(expiry ?? refreshTokenValidity)
  return Number.isFinite(seconds) ? Math.min(seconds, refreshTokenValidity) : refreshTokenValidity
}

const isSaml = ({ applications }: IdentityTenant, { provider }: Dependency) =>
  applications.some(({ id, saml }) => id === provider && saml !== undefined)

const BY_INSTANCE = /^urn:sap:identity:application:service:id:(.+)$/
const BY_NAME = /^urn:sap:identity:application:provider:name:(.+)$/
const BY_ID = /^urn:sap:identity:application:provider:clientid:([^:]+)(?::apptid:.+)?$/

/**
 * The application that `resource` names: by the dependency that is maintained for it, or its client id.
 *
 * @throws TokenError
 */
function providerOf(
  { tenant, landscape }: IdentityService,
  { dependencies }: IdentityApplication,
  form: URLSearchParams
): Dependency | undefined {
  const { applications } = tenant
  // RFC 8707: clients of protected resources name those by their URLs, which say nothing here
  const urns = form.getAll('resource').filter((each) => !/^https?:/i.test(each))
  const [resource, ...more] = urns
  if (resource === undefined) return undefined
  if (more.length) throw identityError('invalid_target', 'More than one resource is not supported')
  const [, guid] = BY_INSTANCE.exec(resource) ?? []
  if (guid !== undefined) return serviceOf(tenant, landscape, guid)
  const [, name] = BY_NAME.exec(resource) ?? []
  const [, id] = BY_ID.exec(resource) ?? []
  const found =
    name === undefined
      ? [...dependencies.values()].find(({ provider }) => provider === id)
      : (dependencies.get(name) ?? byApplication(applications, dependencies, name))
  if (found) return found
  throw identityError('invalid_target', 'The resource is not one of the dependencies')
}

/**
 * Returns a service of the platform by the id of its instance, for tokens that are sent to it.
 *
 * @throws TokenError
 */
function serviceOf({ services }: IdentityTenant, { clients }: Landscape, guid: string): Dependency {
  const name = (['destination', 'connectivity'] as const).find(
    (each) => clients[each].instanceId === guid
  )
  const provider = services.get(name ?? '')
  if (provider !== undefined) return { provider, apis: [] }
  const text = name
    ? `The service is not consumed: add "${name}" to identity.consumedServices`
    : 'The resource is not the instance_guid of a bound service'
  throw identityError('invalid_target', text)
}

/** Finds a dependency by the name of its application: APIs that others consume of the bound one have no names of their own. */
function byApplication(
  applications: readonly IdentityApplication[],
  dependencies: ReadonlyMap<string, Dependency>,
  name: string
): Dependency | undefined {
  const provider = applications.find((each) => each.name === name)
  return [...dependencies.values()].find((each) => each.provider === provider?.id)
}
