import { allUsers, findUser, findUserByUuid, type Landscape } from '../../landscape/landscape.js'
import { equal } from '../../xsuaa/authenticate-client.js'
import { JWT_BEARER, TOKEN_EXCHANGE, type Claims } from '../../xsuaa/claims.js'
import { InvalidToken } from '../../xsuaa/verify-token.js'
import { authorizationCode } from './authorization-code.js'
import { subjectToken } from './exchange-token.js'
import { claimsFor, technicalClaims, userClaims } from './identity-claims.js'
import { userOfExternalToken } from '../corporate-identity-provider.js'
import { clientRefused, identityError } from '../identity-error.js'
import type { IdentityGrantContext, IdentityGrantResult, IdentityGrant } from './identity-grant.js'

/** Name of the grant for authorization codes. */
export const CODE = 'authorization_code'

/** RFC 6749 section 4.4: a technical token of the tenant. */
const clientCredentials: IdentityGrant = ({ application, landscape, form, isPublic }) => {
  if (isPublic) throw clientRefused('A public client has no credentials')
  return { claims: technicalClaims(application, tenantOf(landscape, form) ?? landscape.tenant) }
}

/** RFC 6749 section 4.3: users log on with their name or e-mail address; a technical one gets a technical token. */
const password: IdentityGrant = (context) => {
  const { application, landscape, form } = context
  const name = form.get('username') ?? ''
  const user = findByLogon(landscape, name, tenantOf(landscape, form))
  if (!user || (user.password && !equal(user.password, form.get('password') ?? ''))) {
    throw identityError('invalid_grant', 'Invalid credentials')
  }
  return { claims: claimsFor(context, application, user) }
}

/** Seconds that a used refresh token is still valid, by `refreshUsageAfterRenewal`. */
const AFTER_RENEWAL = { off: 0, online: 300, mobile: undefined } as const

/** RFC 6749 section 6; a refresh token belongs to one application, and can be used once unless the options say otherwise. */
const refreshToken: IdentityGrant = (context) => {
  const { application, landscape, form, refreshTokens, endedSessions, tenant } = context
  const token = form.get('refresh_token') ?? ''
  const claims = refreshTokens.find(token)
  const isOwn = claims?.['azp'] === application.id && !endedSessions.has(claims)
  const user = isOwn && findUserByUuid(landscape, claims['user_uuid'])
  if (!user) throw identityError('invalid_grant', 'The refresh token is invalid or expired')
  const seconds = AFTER_RENEWAL[tenant.refreshUsage]
  if (seconds !== undefined) refreshTokens.expire(token, seconds)
  // nobody has logged on again: it is still the same session
  const { sid, auth_time } = claims
  return { claims: { ...userClaims(context, application, user), sid, auth_time } }
}

/**
 * RFC 7523: a user token that is for the application, or from it, becomes a new one of it; so does an ID token of a corporate
 * identity provider.
 */
const jwtBearer: IdentityGrant = async (context) => {
  const assertion = context.form.get('assertion') ?? ''
  return (await externalUser(context, assertion)) ?? userOfToken(context, assertion)
}

/** RFC 8693: the same for tokens of this tenant, with the names of that specification. */
const tokenExchange: IdentityGrant = (context) =>
  userOfToken(context, context.opaqueTokens.resolve(subjectToken(context.form)))

async function userOfToken(
  context: IdentityGrantContext,
  token: string
): Promise<IdentityGrantResult> {
  const { application, landscape, form } = context
  const claims = await verifyAssertion(context, token)
  const user = findUserByUuid(landscape, claims['user_uuid'])
  if (!user) throw identityError('invalid_grant', 'The assertion is not a token of a user')
  const wanted = tenantOf(landscape, form)
  if (wanted !== undefined && user.tenant !== wanted) {
    throw identityError('invalid_grant', 'The assertion is from another tenant')
  }
  return { claims: userClaims(context, application, user) }
}

/** The user of the tenant with the e-mail address that a corporate identity provider has stated. */
async function externalUser(
  context: IdentityGrantContext,
  token: string
): Promise<IdentityGrantResult | undefined> {
  const { application, landscape, form, issuer, tenant, isPublic } = context
  const rules = {
    providers: tenant.corporateIdentityProviders,
    tenantIssuer: issuer.url,
    clock: landscape.clock
  }
  const email = await userOfExternalToken(rules, token)
  if (email === undefined) return undefined
  if (isPublic)
    throw identityError('unauthorized_client', 'Public clients exchange no external tokens')
  const user = findByEmail(landscape, email, tenantOf(landscape, form))
  if (user) return { claims: userClaims(context, application, user), external: true }
  throw identityError('invalid_grant', 'There is no user with the e-mail address of the assertion')
}

/** Grants by their names. */
export const IDENTITY_GRANTS: ReadonlyMap<string, IdentityGrant> = new Map([
  [CODE, authorizationCode],
  ['client_credentials', clientCredentials],
  ['password', password],
  ['refresh_token', refreshToken],
  [JWT_BEARER, jwtBearer],
  [TOKEN_EXCHANGE, tokenExchange]
])

async function verifyAssertion(
  { issuer, application }: IdentityGrantContext,
  assertion: string
): Promise<Claims> {
  try {
    const claims = await issuer.verify(assertion)
    const audiences = [claims['aud']].flat()
    if (audiences.includes(application.id) || claims['azp'] === application.id) return claims
    throw identityError('invalid_grant', 'The assertion is not for this application')
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error
    throw identityError('invalid_grant', `The assertion is not valid: ${error.defect}`)
  }
}

/** `app_tid`: the application must be subscribed to in this tenant. */
function tenantOf({ subdomains }: Landscape, form: URLSearchParams): string | undefined {
  const tenant = form.get('app_tid')
  if (!tenant) return undefined
  if (subdomains.has(tenant)) return tenant
  throw clientRefused('The tenant app_tid is not known to the application')
}

function findByLogon(landscape: Landscape, name: string, tenant: string | undefined) {
  return findUser(landscape, name, tenant) ?? findByEmail(landscape, name, tenant)
}

function findByEmail(landscape: Landscape, email: string, tenant: string | undefined) {
  const all = allUsers(landscape).filter(
    (each) => each.tenant === (tenant ?? landscape.tenant) && each.email === email
  )
  return all.length === 1 ? all[0] : undefined
}
