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
export type { AuthOptions, EmulationOptions, OnBehalfOf, UserOptions } from './options.js'
export type { XsuaaCredentials } from './token/xsuaa-issuer.js'
export type { Anonymous, NamedUser, Principal, TechnicalUser } from './user/principal.js'
export { principalOf, type UserLike } from './user/principal-of.js'
