/** Way by Identity Authentication, which trusts the application as a corporate identity provider (OpenID Connect). */
export interface IasDelegation {
  /** Claim `iss` of the application's ID tokens: the issuer of the corporate identity provider. */
  readonly issuer: string
}

/** Way by a SAML 2.0 bearer assertion at the bound XSUAA, which trusts the application as an identity provider. */
export interface SamlDelegation {
  /** `Issuer` of the assertions: the entity id in the trust configuration. */
  readonly assertionIssuer: string
  /** Origin key of the trust configuration: users of any other origin are thrown away. */
  readonly origin: string
  /** `…:emailAddress` or `…:unspecified`. Default: no format. */
  readonly nameIdFormat?: string
  /** Claim of the user's token that becomes `NameID`. Default: `email` with `…:emailAddress`, else the user's id. */
  readonly userIdSource?: string
  /** Service providers of tenants, by tenant id. Default: from `/saml/metadata` of the tenant's XSUAA. */
  readonly tenants?: Readonly<Record<string, SamlServiceProvider>>
}

/** Subaccount as a SAML service provider. */
export interface SamlServiceProvider {
  /** Entity id of the subaccount. */
  readonly audience: string
  /** URL of its token endpoint for assertions. */
  readonly assertionRecipient: string
}

/** Way by the application's own user token, for destinations that declare its keys (`x_user_token.jwks`). */
export interface UserTokenDelegation {
  /** Claim `iss` of the tokens. */
  readonly issuer: string
  /** Claims of the user's token that the destination needs, such as its `userIdSource`. Default: `["email"]`. */
  readonly claims?: readonly string[]
}
