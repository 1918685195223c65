import type { Destination } from '@sap-cloud-sdk/connectivity'

/** Properties of one value of `Authentication`. */
export interface AuthenticationType {
  /** True if a destination of this type can be called. */
  readonly sendable: boolean
  /** True if a call goes out as the named user. */
  readonly userBound: boolean
  /** Kind of credential that the Destination service retrieves for a call. */
  readonly retrieved: 'nothing' | 'token' | 'assertion' | 'certificate'
  /** Header in which the Destination service gets the user's token. Default: `X-user-token`. */
  readonly userHeader?: 'X-Subject-Token'
  /** True if a user of XSUAA stays within XSUAA: user name, identity provider and tenant of both tokens are equal. */
  readonly keepsTrustDomain?: boolean
  /** True if the Destination service accepts tokens of an issuer whose keys the destination names (`x_user_token.jwks`). */
  readonly acceptsOwnKeys?: boolean
  /** True if the property `SystemUser` makes the destination a technical one. */
  readonly allowsSystemUser?: boolean
  /** True if only the Connectivity proxy understands what is sent. */
  readonly onPremiseOnly?: boolean
  /** Type with which the SAP Cloud SDK sends the token, because it does not know this one. */
  readonly sentAs?: 'OAuth2JWTBearer'
  /** Types to use in place of this one, which SAP has deprecated. */
  readonly replacedBy?: string
}

const technical = { sendable: true, userBound: false } as const
const user = { sendable: true, userBound: true } as const

/**
 * All values of `Authentication` that are known here. Any other value is refused before a token is fetched.
 *
 * @see SAP BTP Connectivity, "HTTP Destinations"; `docs/destinations.md`, "By type"
 * @internal
 */
export const AUTHENTICATION_TYPES: Readonly<Record<string, AuthenticationType>> = {
  NoAuthentication: { ...technical, retrieved: 'nothing' },
  BasicAuthentication: { ...technical, retrieved: 'nothing' },
  ClientCertificateAuthentication: { ...technical, retrieved: 'certificate' },
  OAuth2ClientCredentials: { ...technical, retrieved: 'token' },
  OAuth2Password: { ...technical, retrieved: 'token' },
  OAuth2RefreshToken: { ...technical, retrieved: 'token' },
  OAuth2TechnicalUserPropagation: { ...technical, retrieved: 'token' },
  PrincipalPropagation: { ...user, retrieved: 'nothing', onPremiseOnly: true },
  OAuth2UserTokenExchange: {
    ...user,
    retrieved: 'token',
    keepsTrustDomain: true,
    acceptsOwnKeys: true
  },
  OAuth2JWTBearer: { ...user, retrieved: 'token', keepsTrustDomain: true, acceptsOwnKeys: true },
  OAuth2TokenExchange: {
    ...user,
    retrieved: 'token',
    userHeader: 'X-Subject-Token',
    keepsTrustDomain: true,
    sentAs: 'OAuth2JWTBearer'
  },
  OAuth2SAMLBearerAssertion: {
    ...user,
    retrieved: 'token',
    acceptsOwnKeys: true,
    allowsSystemUser: true
  },
  SAMLAssertion: { ...user, retrieved: 'assertion', acceptsOwnKeys: true },
  SAPAssertionSSO: {
    sendable: false,
    userBound: true,
    retrieved: 'nothing',
    replacedBy: 'SAMLAssertion or OAuth2SAMLBearerAssertion'
  }
}

/** Parts of a destination that decide about its type. The SAP Cloud SDK has no type for some values of `authentication`. */
interface Typed extends Pick<Destination, 'forwardAuthToken' | 'systemUser'> {
  readonly authentication?: string | undefined
}

/** Returns the properties of the destination's `Authentication`; `undefined` for an unknown one. @internal */
export function authenticationTypeOf({ authentication = '' }: Typed) {
  return Object.hasOwn(AUTHENTICATION_TYPES, authentication)
    ? AUTHENTICATION_TYPES[authentication]
    : undefined
}

/**
 * True if a call to the destination goes out as the current user. `SystemUser` (deprecated) makes one of the types a technical
 * one.
 *
 * @internal
 */
export function isUserBound(destination: Typed): boolean {
  const { forwardAuthToken, systemUser } = destination
  if (forwardAuthToken) return true
  const type = authenticationTypeOf(destination)
  return Boolean(type?.userBound && !(type.allowsSystemUser && systemUser))
}
