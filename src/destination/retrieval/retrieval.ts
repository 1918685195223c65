import type { Destination, Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import type { NamedUser } from '../../user/principal.js'
import { authenticationTypeOf } from '../authentication-types.js'
import {
  chainHeaders,
  givesAssertion,
  JWT,
  takesSubjectToken,
  typesInChain
} from '../look-up/chains.js'
import type { LookUpOptions } from '../look-up/options.js'
import type { Configured, RetrievalHeaders } from '../look-up/look-up.js'
import { serviceBinding } from '../binding/binding.js'
import { serviceTokenOf } from '../tokens/service.js'
import { claimsOf } from '../tokens/lifetime.js'

/** Parts of `destinationOptions` with which the Destination service gets the user's token. */
export type RetrievalOptions = Pick<LookUpOptions, 'chain' | 'actorToken'>

/**
 * Refuses options that have no effect with this destination: the call would go out as another
 * principal.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function checkRetrieval(destination: Destination, options: RetrievalOptions): void {
  const { name, forwardAuthToken } = destination
  const reason = refusalOf(destination, options)
  if (!reason) return
  const authentication = `Authentication "${String(destination.authentication)}"`
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" has ${forwardAuthToken ? 'forwardAuthToken' : authentication}, and ${reason}`,
    {
      destination: name ?? undefined,
      fix: 'Nothing was sent. Change destinationOptions, or the destination.'
    }
  )
}

function refusalOf(
  destination: Destination,
  { chain, actorToken }: RetrievalOptions
): string | undefined {
  const { forwardAuthToken, systemUser } = destination
  const types = chain ? typesInChain(chain) : []
  if (chain && (forwardAuthToken || !types.includes(String(destination.authentication)))) {
    return `can't be at the end of chain "${chain.name}": that takes ${types.join(', ')}`
  }
  if (chain && systemUser) return `"SystemUser": a chain is about the user, who would be lost`
  if (actorToken && (forwardAuthToken || !exchangesToken(destination))) {
    return 'has no use for "actorToken", which goes with OAuth2TokenExchange'
  }
  return chain || !forwardAuthToken ? assertionRefusal(destination, chain) : undefined
}

const CLIENT_PROVIDED = '"SAMLAssertionProvider": "ClientProvided"'

/**
 * Returns why an assertion cannot be had: exactly one of chain and Destination service has to
 * provide it.
 */
function assertionRefusal(
  { authentication, originalProperties }: Destination,
  chain: RetrievalOptions['chain']
): string | undefined {
  if (authentication !== 'OAuth2SAMLBearerAssertion') return undefined
  const { destinationConfiguration: { SAMLAssertionProvider: provider } = {} } = Object(
    originalProperties
  ) as { destinationConfiguration?: Readonly<Record<string, unknown>> }
  const isGiven = chain !== undefined && givesAssertion(chain)
  if (isGiven === (provider === 'ClientProvided')) return undefined
  return isGiven
    ? `not ${CLIENT_PROVIDED}: the assertion of chain "${chain.name}" would have no effect`
    : `${CLIENT_PROVIDED}: an assertion comes from chain "com.sap.iasGeneratedOAuth2SamlBearerAssertion" only`
}

/**
 * True if the token service of the destination gets the user's token as it is, and accepts tokens
 * of Identity Authentication.
 *
 * @internal
 */
export function sendsSubjectToken(destination: Destination, { chain }: RetrievalOptions): boolean {
  return exchangesToken(destination) || Boolean(chain && takesSubjectToken(chain))
}

/**
 * Returns the headers that carry the user's token to the Destination service.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when there is no token of the acting application
 * @internal
 */
export async function retrievalHeaders(
  { destination, scope }: Configured,
  { bearerToken, tenant }: NamedUser,
  { chain, actorToken }: RetrievalOptions
): Promise<RetrievalHeaders> {
  if (chain) return chainHeaders(chain, bearerToken)
  if (!exchangesToken(destination)) return { 'X-user-token': bearerToken }
  const subject = { 'X-Subject-Token': bearerToken, 'X-Subject-Token-Type': JWT }
  if (!actorToken) return subject
  const own = tenant === scope.service.credentials['tenantid'] ? undefined : tenant
  const actor = await serviceTokenOf(await actorService(destination, actorToken), own)
  return { ...subject, 'X-Actor-Token': actor, 'X-Actor-Token-Type': JWT }
}

/**
 * True if Identity Authentication says in the token that the Cloud Connector gets the token of the
 * corporate identity provider.
 *
 * @internal
 */
export function forwardsCorporateToken(
  { authentication }: Destination,
  { issuer, bearerToken }: NamedUser
): boolean {
  if (authentication !== 'PrincipalPropagation' || issuer !== 'ias') return false
  const { forward_corp_idp_token: kind } = claimsOf(bearerToken) ?? {}
  return kind === 'access_token' || kind === 'id_token'
}

function exchangesToken(destination: Destination): boolean {
  return authenticationTypeOf(destination)?.userHeader === 'X-Subject-Token'
}

/**
 * Returns the options on which the token of a destination depends, as parts of a key. The acting application is part of the token.
 *
 * @internal
 */
export async function retrievalKey({
  chain,
  actorToken
}: RetrievalOptions): Promise<(string | undefined)[]> {
  const actor = actorToken && (await serviceBinding(actorToken))
  return [
    chain && JSON.stringify(chain),
    actorToken,
    actor ? actor.credentials.clientid : undefined
  ]
}

/**
 * Returns the bound service whose token of the application is sent as the actor's.
 *
 * @param label - of it
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` if none is bound
 * @internal
 */
export async function actorService({ name }: Destination, label: string): Promise<Service> {
  const service = await serviceBinding(label)
  if (service) return service
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" is called with "actorToken", and no service "${label}" is bound`,
    { destination: name ?? undefined, fix: 'Nothing was sent. Bind an instance of it.' }
  )
}
