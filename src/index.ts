export { auth } from './inbound/auth.js'
export {
  ConfigurationError,
  type DelegationCode,
  DelegationError,
  DestinationError,
  ERROR_CODES,
  type ErrorCode,
  type Explanation,
  type FailureFacts,
  PrincipalError,
  PropagationError,
  RemoteError,
  type RemoteResponse,
  RequestError,
  TokenError
} from './errors.js'
export type { Author, AuthorToken } from './delegation/author.js'
export type {
  CredentialStoreOptions,
  DelegatedService,
  DelegationOptions,
  RepeatableRequests
} from './delegation/options.js'
export { type RevocationFilter, revokeDelegations } from './delegation/revoke.js'
export type {
  IasDelegation,
  SamlDelegation,
  SamlServiceProvider,
  UserTokenDelegation
} from './delegation/options.js'
export { addTokenWay, type AuthorTokenRequest, type TokenWay } from './delegation/ways.js'
export type { Chain } from './destination/look-up/chains.js'
export type { DestinationOptions, SelectionStrategy } from './destination/look-up/options.js'
export type { DestinationLevel, LookUpOptions } from './destination/look-up/options.js'
export type {
  AuthOptions,
  EmulationOptions,
  MetadataHost,
  MetadataOptions,
  UserOptions
} from './options.js'
export { type Refusal, refusalOf } from './explain/refusal.js'
export { sharedDestinationCache } from './fleet/cloud-sdk-cache.js'
export type { SharedCacheOptions } from './fleet/options.js'
export type { LimitOptions } from './configuration/limit-options.js'
export type { RestartOptions } from './fleet/drain/options.js'
export { isReady } from './fleet/drain/readiness.js'
export { onPrincipalRequest, type PrincipalRequest } from './inbound/evidence/request.js'
export type { TokenFacts } from './inbound/evidence/token-facts.js'
export { type CallDelegation, onPrincipalCall } from './remote/evidence/call.js'
export type {
  CallContextKind,
  CallOutcome,
  PrincipalCall
} from './remote/evidence/principal-call.js'
export { type HealthState, type PrincipalHealth, principalHealth } from './lib/telemetry/health.js'
export type {
  A2aAnswer,
  A2aConversation,
  A2aObject,
  A2aService,
  McpResult,
  McpService,
  McpTool
} from './remote/agents/agent-types.js'
export { callsOnBehalf, type CurrentCall } from './remote/calls-on-behalf.js'
export { type CallOptions, destinationFor } from './remote/api.js'
export { type DestinationRequest, executeHttpRequest } from './remote/api.js'
export { type FailedRequest, HttpFailure } from './remote/http/send.js'
export type { OnBehalfOf } from './remote/policy/options.js'
export type { RequiredService } from './required-service.js'
export type {
  ExchangeOptions,
  JwtExchangeOptions,
  SamlExchangeOptions
} from './token/exchange-options.js'
export type { IasCredentials, XsuaaCredentials } from './token/issuers/credentials.js'
export type { OidcIssuerOptions, OidcRolesOptions } from './token/issuers/oidc-options.js'
export type { Anonymous, NamedUser, Principal, TechnicalUser, Unproven } from './user/principal.js'
export { principalOf, type UserLike } from './user/principal-of.js'
