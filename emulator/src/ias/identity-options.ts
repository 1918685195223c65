/** The value of a user's `sub`; on BTP `subject-name-identifier.attribute`. */
export type SubjectNameIdentifier = 'userUuid' | 'mail' | 'loginName'
export const SUBJECTS: readonly SubjectNameIdentifier[] = ['userUuid', 'mail', 'loginName']

/** The way in which the bound application authenticates; on BTP a parameter of the binding. */
export type IdentityCredentialType = 'SECRET' | 'X509_GENERATED'
export const CREDENTIAL_TYPES: readonly IdentityCredentialType[] = ['SECRET', 'X509_GENERATED']

/** The form of access tokens: `default` depends on the grant, as the service does it by default. */
export type AccessTokenFormat = 'default' | 'jwt' | 'opaque'
export const ACCESS_TOKEN_FORMATS: readonly AccessTokenFormat[] = ['default', 'jwt', 'opaque']

/** The OAuth settings of an application, as `oauth2-configuration` of its service instance has them. */
export interface IdentityClientOptions {
  /**
   * Allowed grants. Default: `client_credentials`, `password`, `authorization_code`, `refresh_token` and
   * `urn:ietf:params:oauth:grant-type:token-exchange`. The grant `urn:ietf:params:oauth:grant-type:jwt-bearer` has to be added;
   * `authorization_code_pkce_s256` in place of `authorization_code` enforces PKCE.
   */
  grantTypes?: readonly string[]
  /** True if the application may leave out its secret, as applications on desktops do; default: `false`. */
  publicClient?: boolean
  /** Addresses that codes may be sent to, with `*` and `**` as in `https://*.example.com/callback/**`; default: none. */
  redirectUris?: readonly string[]
  /** Addresses that a browser may be sent to after the log-out; default: none. */
  postLogoutRedirectUris?: readonly string[]
}

/** The validity of a refresh token that was used: none, five minutes, or as before. */
export type RefreshUsageAfterRenewal = 'off' | 'online' | 'mobile'
export const REFRESH_USAGES: readonly RefreshUsageAfterRenewal[] = ['off', 'online', 'mobile']

/** The emulated tenant of Identity Authentication, and the application in it: parameters of its service instance. */
export interface IdentityOptions extends IdentityClientOptions {
  /** Default: `SECRET`; with `X509_GENERATED` clients authenticate by mutual TLS, and tokens are bound to the certificate. */
  credentialType?: IdentityCredentialType
  /** Default: `userUuid`. */
  subjectNameIdentifier?: SubjectNameIdentifier
  /** Seconds from 60 to 43200; default: 3600. */
  tokenValidity?: number
  /** Seconds from 3600 to 15552000 that a refresh token is valid, 0 for none; default: 43200. */
  refreshValidity?: number
  /** The validity of a refresh token after its use; default: `off`, it can be used once. */
  refreshUsageAfterRenewal?: RefreshUsageAfterRenewal
  /**
   * True if user tokens are for XSUAA as well, which exchanges no others; the parameter `xsuaa-cross-consumption`.
   * Default: `true`, as `cds add ias` sets it.
   */
  xsuaaCrossConsumption?: boolean
  /**
   * The form of access tokens, unless a request has `token_format`; on BTP `token-policy.access-token-format`. Default: JWTs, as
   * `cds add ias` sets it, and opaque ones in exchange for a token of a corporate identity provider.
   */
  accessTokenFormat?: AccessTokenFormat
  /** APIs that the application provides to others. */
  providedApis?: readonly string[]
  /** Names of BTP services (`consumed-services`), which are audiences of user tokens as well. */
  consumedServices?: readonly string[]
  /**
   * Authorization policies (AMS), as the parameter `authorization` switches them on; clients then authenticate by mutual TLS.
   * Users have theirs in `policies`.
   */
  authorization?: IdentityAuthorizationOptions
  /** Other applications of the tenant, by name. */
  applications?: Readonly<Record<string, IdentityApplicationOptions>>
  /** APIs of other applications that the application calls, by the name of the dependency. */
  dependencies?: Readonly<Record<string, IdentityDependency>>
  /** OpenID Connect providers of the company by name, whose ID tokens the grant jwt-bearer accepts. */
  corporateIdentityProviders?: Readonly<Record<string, CorporateIdentityProviderOptions>>
}

/** An OpenID Connect provider of the company that the tenant trusts. */
export interface CorporateIdentityProviderOptions {
  /** The claim `iss` of its tokens. */
  issuer: string
  /** Client id of the tenant at the provider: an audience of its ID tokens, as well as the tenant's own issuer. */
  clientId?: string
  /** Its key set (RFC 7517), with public keys. */
  jwks?: { readonly keys: readonly object[] }
  /** The URL of the key set, on this machine; replaces `jwks`. */
  jwksUri?: string
  /** The claim with the e-mail address of the user; default: `email`. */
  subjectNameIdentifier?: 'email' | 'sub'
}

/** Authorization policies of the application. */
export interface IdentityAuthorizationOptions {
  enabled: boolean
  /** Folder with the compiled policies, relative to `root`; default: `gen/ams/dcn`, where `@sap/ams-dev` puts them. */
  dcn?: string
}

/** Another application of the tenant. */
export interface IdentityApplicationOptions extends IdentityClientOptions {
  /** APIs that it provides. */
  providedApis?: readonly string[]
  /** APIs of this application that it may call. */
  consumes?: readonly string[]
  /**
   * SAML 2.0 in place of OpenID Connect: as a dependency, the grant token-exchange gives assertions for it. `true`: it is the
   * XSUAA of the landscape, which has to trust this tenant (`trust.<origin>.identityTrust`).
   */
  saml?: boolean | SamlApplicationOptions
}

/** An application with SAML 2.0, as its metadata describe it. */
export interface SamlApplicationOptions {
  /** Audience of the assertions. */
  entityId: string
  /** URL of its token endpoint, the recipient of the assertions. */
  recipient: string
  /** The attribute that is the name of the user (`NameID`); default: `mail`. */
  subjectNameIdentifier?: SubjectNameIdentifier
}

/** The target of a token with `resource=urn:sap:identity:application:provider:name:<dependency>`. */
export interface IdentityDependency {
  /** One of `applications`. */
  application: string
  /** Default: all that it provides. */
  api?: string
}
