import type { Destination, Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PropagationError } from '../../errors.js'
import { answerOf, type CleanCause, cleanCause } from '../../lib/redact.js'
import { timeExchange } from '../../lib/telemetry/metrics.js'
import { fetchShared } from '../../lib/sharing/shared-cache.js'
import type { Bypass } from '../../lib/single-flight.js'
import { type NamedUser, TokenPrincipal } from '../../user/principal.js'
import { keyOfToken } from '../../user/user-key.js'
import { authenticationTypeOf } from '../authentication-types.js'
import type { DestinationOptions } from '../look-up/options.js'
import { type Configured, serviceKey } from '../look-up/look-up.js'
import { exchangeAt } from '../tokens/service.js'
import { newTokenCache } from '../tokens/token-cache.js'
import { claimsOf, endOf, lifetimeUntil } from '../tokens/lifetime.js'
import { differenceAcross } from '../tokens/same-user.js'
import { exchangeUserToken, hasExchange } from './external-user.js'

/**
 * Returns the user with a token that the Destination service and the Cloud Connector accept. A
 * token of an external issuer is exchanged where an exchange is configured. It stays as it is where
 * the destination declares the issuer's keys: the Destination service exchanges it then.
 *
 * @param bypass - which cached tokens from an exchange to ignore
 * @throws {@link DestinationError} when the exchange fails
 * @internal
 */
export async function withPlatformToken(
  { destination, scope }: Configured,
  user: NamedUser,
  { iasToXsuaaTokenExchange }: DestinationOptions,
  bypass: Bypass<string> = false
): Promise<NamedUser> {
  if (user.issuer === 'xsuaa') return user
  if (user.issuer === 'ias') {
    return iasToXsuaaTokenExchange ? exchangeForXsuaa(scope.service, user, bypass) : user
  }
  if (declaresUserTokenKeys(destination)) return user
  return (await exchangeUserToken(user, bypass)) ?? user
}

/**
 * True if {@link withPlatformToken} would exchange the token of the user, which is not tried.
 *
 * @throws {@link PropagationError} if the token can't be exchanged by the options
 * @internal
 */
export function isExchanged(
  destination: Destination,
  user: NamedUser,
  { iasToXsuaaTokenExchange = false }: DestinationOptions
): boolean {
  if (user.issuer === 'xsuaa') return false
  if (user.issuer === 'ias') return iasToXsuaaTokenExchange
  return !declaresUserTokenKeys(destination) && hasExchange(user)
}

/** True if the destination declares keys of an issuer whose tokens the Destination service then accepts. @internal */
export function declaresUserTokenKeys(destination: Destination): boolean {
  const { jwks, jwksUri } = destination
  return Boolean(authenticationTypeOf(destination)?.acceptsOwnKeys && (jwks ?? jwksUri))
}

/**
 * Returns the token that `forwardAuthToken` sends: the user's own, or for an external issuer the
 * exchanged one.
 *
 * @param bypass - which cached tokens to ignore
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` for a token of an external issuer without exchange
 * @internal
 */
export async function forwardedToken(
  user: NamedUser,
  bypass: Bypass<string> = false
): Promise<string> {
  if (user.issuer === 'xsuaa' || user.issuer === 'ias') return user.bearerToken
  const exchanged = await exchangeUserToken(user, bypass)
  if (exchanged) return exchanged.bearerToken
  throw notForwarded(user)
}

/**
 * Checks that `forwardAuthToken` can send a token for a user, as {@link forwardedToken} does, without asking for one.
 *
 * @returns true if the token would be exchanged
 * @throws as {@link forwardedToken}
 * @internal
 */
export function checkForwarded(user: NamedUser): boolean {
  if (user.issuer === 'xsuaa' || user.issuer === 'ias') return false
  if (hasExchange(user)) return true
  throw notForwarded(user)
}

function notForwarded(user: NamedUser): PropagationError {
  return new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `"forwardAuthToken" would send the token of issuer "${user.issuer}" as it is`,
    { principal: 'named', fix: `Nothing was sent. ${withExchange(user)}` }
  )
}

/** Describes the next step where a token of an external issuer must not be sent. @internal */
export function withExchange({ issuer }: NamedUser): string {
  const option = `cds.requires.auth.issuers.${issuer}.exchange`
  return `To have it exchanged for one of XSUAA, set ${option}, with "grant": "saml2-bearer" or "jwt-bearer".`
}

const tokens = newTokenCache()

/**
 * Exchanges the user's token of Identity Authentication for one of XSUAA
 * (`destinationOptions.iasToXsuaaTokenExchange`). A user with a token of XSUAA is returned as is.
 *
 * @param service - the bound Destination service: the token is issued to its client
 * @param bypass - which cached tokens to ignore
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when the token is another user's
 * @internal
 */
export async function exchangeForXsuaa(
  service: Service,
  user: NamedUser,
  bypass: Bypass<string> = false
): Promise<NamedUser> {
  if (user.issuer === 'xsuaa') return user
  const key = [...serviceKey(service), ...keyOfToken(user)]
  const fetch = async () => {
    const value = await timeExchange('xsuaa', () => exchanged(service, user))
    return { value, lifetime: lifetimeUntil(endOf(value), user.expiresAt) }
  }
  const result = { kind: 'user-tokens', tenant: user.tenant, key: ['ias', ...key], bypass } as const
  const bearerToken = await tokens.get(key, () => fetchShared(result, fetch), bypass)
  const expiresAt = Math.min(user.expiresAt, endOf(bearerToken) ?? 0)
  return new TokenPrincipal({ ...user, issuer: 'xsuaa', expiresAt, bearerToken })
}

function notExchanged(cause: CleanCause): DestinationError {
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `XSUAA gave no token in exchange for the user's of Identity Authentication (${answerOf(cause)})`,
    {
      cause,
      hop: 'token exchange',
      principal: 'named',
      fix:
        'Nothing was sent. Check that the subaccount trusts the tenant of Identity Authentication, that the user is known there, ' +
        'and the binding of the Destination service.'
    }
  )
}

async function exchanged(service: Service, user: NamedUser): Promise<string> {
  const token = await exchangeAt(service, user).catch((error: unknown) => {
    throw error instanceof DestinationError ? error : notExchanged(cleanCause(error))
  })
  const difference = differenceAcross(claimsOf(user.bearerToken) ?? {}, claimsOf(token) ?? {})
  if (!difference) return token
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `the token of XSUAA, in exchange for the user's of Identity Authentication, is for ${difference}, and was thrown away`,
    {
      hop: 'token exchange',
      principal: 'named',
      fix: 'Nothing was sent. Check that both know the user by the same e-mail address or user name.'
    }
  )
}
