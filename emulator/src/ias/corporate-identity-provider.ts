import { EmulatorError } from '../emulator-error.js'
import type { Clock } from '../landscape/clock.js'
import { jose } from '../lib/jose.js'
import { closest } from '../xs-security/closest.js'
import type { Claims } from '../xsuaa/claims.js'
import { identityError } from './identity-error.js'
import type { CorporateIdentityProviderOptions } from './identity-options.js'

/** Claims that can hold the e-mail address by which the user is found. */
const SUBJECTS = ['email', 'sub'] as const

/** The emulator calls nobody outside of this machine. */
const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d+){3}|\[::1\])$/

/** An OpenID Connect provider of the company that the tenant trusts. */
export interface CorporateIdentityProvider {
  issuer: string
  /** Client id of the tenant at the provider. */
  clientId: string | undefined
  keys: import('jose').JWTVerifyGetKey
  /** The claim with the e-mail address of the user. */
  subject: (typeof SUBJECTS)[number]
}

/**
 * Reads the option `identity.corporateIdentityProviders`.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readCorporateIdentityProviders(
  options: Readonly<Record<string, CorporateIdentityProviderOptions>> = {}
): CorporateIdentityProvider[] {
  const providers = Object.entries(options).map(([name, each]) => readProvider(name, each))
  const issuers = providers.map(({ issuer }) => issuer)
  const twice = issuers.find((issuer, index) => issuers.indexOf(issuer) !== index)
  if (twice === undefined) return providers
  throw invalid(`two of them have the issuer "${twice}"`)
}

function readProvider(
  name: string,
  {
    issuer,
    clientId,
    jwks,
    jwksUri,
    subjectNameIdentifier = 'email'
  }: CorporateIdentityProviderOptions
): CorporateIdentityProvider {
  if (!issuer) throw invalid('needs "issuer", the claim "iss" of its tokens', name)
  if (!SUBJECTS.includes(subjectNameIdentifier)) {
    const guess = closest(subjectNameIdentifier, SUBJECTS)
    const hint = guess ? `did you mean "${guess}"?` : `use one of ${SUBJECTS.join(', ')}`
    throw invalid(
      `is "${subjectNameIdentifier as string}": ${hint}`,
      `${name}.subjectNameIdentifier`
    )
  }
  if ((jwks === undefined) === (jwksUri === undefined)) {
    throw invalid('needs either "jwks", its key set, or "jwksUri", the address of it', name)
  }
  const keys = jwksUri === undefined ? localKeys(name, jwks) : remoteKeys(name, jwksUri)
  return { issuer, clientId, keys, subject: subjectNameIdentifier }
}

function localKeys(name: string, jwks: unknown): CorporateIdentityProvider['keys'] {
  try {
    return jose.createLocalJWKSet(jwks as import('jose').JSONWebKeySet)
  } catch {
    throw invalid('must be a JSON web key set: { "keys": […] }', `${name}.jwks`)
  }
}

function remoteKeys(name: string, uri: string): CorporateIdentityProvider['keys'] {
  if (!URL.canParse(uri) || !LOOPBACK.test(new URL(uri).hostname)) {
    throw invalid(
      'must be a URL on this machine: the emulator fetches no keys from elsewhere, use "jwks"',
      `${name}.jwksUri`
    )
  }
  return jose.createRemoteJWKSet(new URL(uri))
}

/** The rules that an ID token of a corporate identity provider is checked by. */
export interface ExternalTokenRules {
  providers: readonly CorporateIdentityProvider[]
  /** Issuer of the tenant, which can be the audience. */
  tenantIssuer: string
  clock: Clock
}

/**
 * Verifies an ID token that a corporate identity provider of the tenant has issued: signature, validity, and the tenant as its
 * audience.
 *
 * @returns the e-mail address that names the user; `undefined` if the token is from none of the providers
 * @throws TokenError
 * @see SAP Cloud Identity Services, "Configure the Client to Call Identity Authentication JWT Bearer Token"
 */
export async function userOfExternalToken(
  { providers, tenantIssuer, clock }: ExternalTokenRules,
  token: string
): Promise<string | undefined> {
  const issuer = issuerOf(token)
  const provider = providers.find((each) => each.issuer === issuer)
  if (!provider) return undefined
  const { clientId, keys, subject } = provider
  const claims = await verified(token, keys, {
    issuer: provider.issuer,
    audience: [tenantIssuer, ...(clientId === undefined ? [] : [clientId])],
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(clock.now())
  })
  const email = claims[subject]
  if (typeof email === 'string' && email) return email
  throw identityError('invalid_grant', `The assertion has no claim "${subject}"`)
}

async function verified(
  token: string,
  keys: CorporateIdentityProvider['keys'],
  options: import('jose').JWTVerifyOptions
): Promise<Claims> {
  try {
    return (await jose.jwtVerify(token, keys, options)).payload
  } catch (error) {
    // the message of the library names claims, and has no values
    const { code = 'ERR_JWKS', claim } = error as { code?: string; claim?: string }
    const what = claim === undefined ? code : `${code}, claim "${claim}"`
    throw identityError('invalid_grant', `The assertion is not valid: ${what}`)
  }
}

function issuerOf(token: string): unknown {
  try {
    return jose.decodeJwt(token).iss
  } catch {
    return undefined
  }
}

const invalid = (text: string, place = '') =>
  new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `identity.corporateIdentityProviders${place && `.${place}`} ${text}`
  )
