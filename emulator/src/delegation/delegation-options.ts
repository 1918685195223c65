/** The application as an identity provider that the landscape trusts, so that its queued work keeps the author. */
export interface DelegationTrustOptions {
  /** The claim `iss` of its ID tokens for Identity Authentication, and of its user tokens. Default: `https://delegation.localhost`. */
  issuer?: string
  /** `Issuer` of its SAML assertions. Default: `urn:emulated:delegation`. */
  assertionIssuer?: string
  /** Origin key of its trust configuration in the subaccount of each tenant. Default: `delegation`. */
  origin?: string
}
