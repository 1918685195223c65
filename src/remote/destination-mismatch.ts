import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../errors.js'
import type { CallTarget } from './calling-principal.js'

/** A user shall go out, and the destination has an identity of its own. @internal */
export function technicalDestination(
  { name, onBehalfOf }: CallTarget,
  { name: destination, authentication }: Partial<HttpDestination>
): DestinationError {
  const current = onBehalfOf === 'currentUser' ? ' and a named user is current' : ''
  return new DestinationError(
    'ERR_DESTINATION_TECHNICAL',
    `"${name}" has onBehalfOf "${String(onBehalfOf)}"${current}, but destination "${String(destination)}" has ` +
      `Authentication "${String(authentication)}": the user would be lost. Nothing was sent. Set Authentication to ` +
      'PrincipalPropagation (on premise) or a user token exchange, or remove "onBehalfOf".'
  )
}

/** A technical user shall go out, and the destination propagates whoever is current. @internal */
export function userBoundDestination(
  { name, onBehalfOf }: CallTarget,
  { name: destination, authentication, forwardAuthToken }: Partial<HttpDestination>
): DestinationError {
  const how = forwardAuthToken ? '"forwardAuthToken"' : `Authentication "${String(authentication)}"`
  return new DestinationError(
    'ERR_DESTINATION_USER_BOUND',
    `"${name}" has onBehalfOf "${String(onBehalfOf)}", but destination "${String(destination)}" has ${how}, which ` +
      'propagates users and has no technical user. Nothing was sent. Name a destination with a technical identity: ' +
      'OAuth2ClientCredentials, BasicAuthentication or ClientCertificateAuthentication, on premise also ' +
      'OAuth2TechnicalUserPropagation.'
  )
}
