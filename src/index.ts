export { auth } from './auth.js'
export {
  ConfigurationError,
  DestinationError,
  ERROR_CODES,
  type ErrorCode,
  PrincipalError,
  PropagationError,
  RemoteError,
  type RemoteResponse,
  RequestError,
  TokenError
} from './errors.js'
export type { Chain } from './destination/chains.js'
export type { DestinationOptions, SelectionStrategy } from './destination/find-destination.js'
export type { DestinationLevel, LookUpOptions } from './destination/look-up-options.js'
export type { AuthOptions, EmulationOptions, TenantEmulation, UserOptions } from './options.js'
export { type CallOutcome, onPrincipalCall, type PrincipalCall } from './remote/call-evidence.js'
export { callsOnBehalf, type CurrentCall } from './remote/calls-on-behalf.js'
export { type CallOptions, destinationFor } from './remote/destination-for.js'
export { type DestinationRequest, executeHttpRequest } from './remote/execute-http-request.js'
export { type FailedRequest, HttpFailure } from './remote/http-failure.js'
export type { OnBehalfOf } from './remote/service-options.js'
export type { RequiredService } from './required-service.js'
export type {
  ExchangeOptions,
  JwtExchangeOptions,
  SamlExchangeOptions
} from './token/exchange-options.js'
export type { IasCredentials } from './token/ias-issuer.js'
export type { OidcIssuerOptions, OidcRolesOptions } from './token/oidc-options.js'
export type { XsuaaCredentials } from './token/xsuaa-issuer.js'
export type { Anonymous, NamedUser, Principal, TechnicalUser, Unproven } from './user/principal.js'
export { principalOf, type UserLike } from './user/principal-of.js'
