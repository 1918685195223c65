import { DestinationError, PrincipalError, PropagationError } from '../../errors.js'
import type { SamlExchangeOptions } from '../../token/exchange-options.js'
import { type NamedUser, TokenPrincipal } from '../../user/principal.js'
import { keyOfToken } from '../../user/user-key.js'
import { timeExchange } from '../../lib/telemetry/metrics.js'
import { cleanCause, printable } from '../../lib/redact.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { newTokenCache } from '../tokens/token-cache.js'
import { differenceAcross } from '../tokens/same-user.js'
import { type Signer, signedAssertion } from './saml/assertion.js'
import { serviceProviderAt } from './saml/metadata.js'
import { attributesOf, nameIdOf } from './saml/subject.js'
import { fetchShared } from '../../lib/sharing/shared-cache.js'
import type { Bypass, Lasting } from '../../lib/single-flight.js'
import {
  exchangeOf,
  requestToken,
  type TokenExchange,
  TokenRefused,
  type XsuaaClient
} from './client.js'
import { claimsOf, endOf, isXsuaa, lifetimeUntil } from '../tokens/lifetime.js'

type Claims = Readonly<Record<string, unknown>>

const tokens = newTokenCache()

/**
 * Returns the user of an external issuer with a token of the bound XSUAA, by the issuer's option
 * `exchange`. The token is cached for exactly the user's own token, and for less time than either
 * of the two is valid.
 *
 * @param bypass - which cached tokens to ignore
 * @returns `undefined` when no exchange is configured
 * @throws {@link DestinationError} `ERR_TOKEN_EXCHANGE` when there is no token, or it is not this user's
 * @throws {@link PropagationError} `ERR_TENANT_MISMATCH`, `ERR_USER_TOKEN_REQUIRED`
 * @internal
 */
export async function exchangeUserToken(
  user: NamedUser,
  bypass: Bypass<string> = false
): Promise<NamedUser | undefined> {
  const exchange = exchangeOf(user.issuer)
  if (!exchange) return undefined
  const { client, fingerprint } = exchange
  checkTenant(user, exchange)
  const key = [client.url, client.clientid, fingerprint, ...keyOfToken(user)]
  const result = {
    kind: 'user-tokens',
    tenant: user.tenant,
    key: ['external', ...key],
    bypass
  } as const
  const fetch = () => timeExchange('xsuaa', () => exchanged(exchange, user))
  const bearerToken = await tokens.get(key, () => fetchShared(result, fetch), bypass)
  const expiresAt = Math.min(user.expiresAt, endOf(bearerToken) ?? 0)
  return new TokenPrincipal({ ...user, issuer: 'xsuaa', expiresAt, bearerToken })
}

/**
 * True if {@link exchangeUserToken} would ask for a token, which is not tried.
 *
 * @throws as {@link exchangeUserToken}, as far as no token is needed for that
 * @internal
 */
export function hasExchange(user: NamedUser): boolean {
  const exchange = exchangeOf(user.issuer)
  if (!exchange) return false
  checkTenant(user, exchange)
  const { options, userId } = exchange
  if (options.grant === 'saml2-bearer') {
    nameIdOf(user, options, userId, claimsOf(user.bearerToken) ?? {})
  }
  return true
}

/**
 * Checks that the user is of the application's own subaccount: trust in an identity provider is
 * configured for each subaccount.
 */
function checkTenant({ tenant, issuer }: NamedUser, { client, options }: TokenExchange): void {
  const own = tenantOf(client)
  if (options.grant === 'jwt-bearer' || tenant === undefined || tenant === own) return
  throw new PropagationError(
    'ERR_TENANT_MISMATCH',
    `the user's token of issuer "${issuer}" is of another tenant than the bound XSUAA, and assertions are taken in the ` +
      "application's own subaccount only",
    {
      hop: 'token exchange',
      principal: 'named',
      sent: printable(tenant),
      expected: printable(own),
      fix: 'Nothing was sent. Use the grant "jwt-bearer" for users of subscribers, or a destination of their tenant.'
    }
  )
}

function tenantOf({ tenantid, identityzoneid }: XsuaaClient): string | undefined {
  return tenantid ?? identityzoneid
}

async function exchanged(exchange: TokenExchange, user: NamedUser): Promise<Lasting<string>> {
  const own = claimsOf(user.bearerToken) ?? {}
  const { value, difference } = await (
    exchange.signer
      ? byAssertion(exchange, exchange.signer, user, own)
      : byToken(exchange, user, own)
  ).catch((error: unknown) => {
    throw error instanceof PrincipalError ? error : failure(user, error)
  })
  if (!difference) return { value, lifetime: lifetimeUntil(endOf(value), user.expiresAt) }
  throw new DestinationError(
    'ERR_TOKEN_EXCHANGE',
    `the token that XSUAA gave in exchange for that of issuer "${user.issuer}" is for ${difference}, and was thrown away`,
    {
      principal: 'named',
      fix: `Nothing was sent. Check cds.requires.auth.issuers.${user.issuer}.exchange and the trust configuration.`
    }
  )
}

/** Token, and its difference from the expected one. */
interface Exchanged {
  readonly value: string
  readonly difference: string | undefined
}

async function byAssertion(
  { client, options, userId }: TokenExchange,
  signer: Signer,
  user: NamedUser,
  own: Claims
): Promise<Exchanged> {
  const saml = options as SamlExchangeOptions
  const nameId = nameIdOf(user, saml, userId, own)
  const provider = await providerFor(client.url, saml, user.tenant)
  const content = {
    issuer: saml.assertionIssuer,
    nameId,
    nameIdFormat: saml.nameIdFormat,
    audience: provider.entityId,
    recipient: provider.recipient,
    authnContextClassRef: saml.authnContextClassRef,
    attributes: attributesOf(saml, own),
    expiresAt: user.expiresAt
  }
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
    assertion: await signedAssertion(content, signer)
  }
  const { pathname } = new URL(provider.recipient)
  const value = await atPlatform(user.tenant, () => requestToken(client, pathname, form))
  const sameUser = (theirs: Claims) => isText(theirs['user_name'], nameId)
  return { value, difference: differenceOf(value, client.clientid, tenantOf(client), sameUser) }
}

async function byToken(
  { client }: TokenExchange,
  user: NamedUser,
  own: Claims
): Promise<Exchanged> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: user.bearerToken,
    response_type: 'token',
    token_format: 'jwt'
  }
  const value = await atPlatform(user.tenant, () =>
    requestToken(client, '/oauth/token', form, user.tenant)
  )
  const tenant = user.tenant ?? tenantOf(client)
  const sameUser = (theirs: Claims) => !differenceAcross(own, theirs)
  return { value, difference: differenceOf(value, client.clientid, tenant, sameUser) }
}

/**
 * The issued token must be a user token of XSUAA for the same user and tenant, issued to this
 * application.
 */
function differenceOf(
  token: string,
  client: string,
  tenant: string | undefined,
  sameUser: (theirs: Claims) => boolean
): string | undefined {
  const theirs = claimsOf(token)
  if (!theirs || !isXsuaa(theirs)) return 'somebody, by an issuer that is not XSUAA'
  if (typeof theirs['user_name'] !== 'string' || !sameUser(theirs)) return 'another user'
  if (tenant !== undefined && theirs['zid'] !== tenant) return 'a user of another tenant'
  return theirs['cid'] === client ? undefined : 'another application'
}

async function providerFor(
  url: string,
  { audience, assertionRecipient }: SamlExchangeOptions,
  tenant: string | undefined
) {
  if (audience && assertionRecipient) return { entityId: audience, recipient: assertionRecipient }
  const { entityId, recipient } = await serviceProviderAt(url, tenant)
  return { entityId: audience ?? entityId, recipient: assertionRecipient ?? recipient }
}

/** True if two names of a user are equal; XSUAA ignores their case. */
function isText(value: unknown, expected: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === expected.toLowerCase()
}

function failure({ issuer }: NamedUser, error: unknown): DestinationError {
  const code = error instanceof TokenRefused && error.error ? ` (${printable(error.error)})` : ''
  return new DestinationError(
    'ERR_TOKEN_EXCHANGE',
    `XSUAA gave no token in exchange for that of issuer "${issuer}"${code}`,
    {
      cause: cleanCause(error),
      principal: 'named',
      fix:
        `Nothing was sent. Check the trust configuration of the subaccount and cds.requires.auth.issuers.${issuer}.exchange; ` +
        "the cause has XSUAA's own words."
    }
  )
}
