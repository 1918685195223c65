/** NameID formats that are known here (SAML 2.0 core, section 8.3). */
export const NAME_ID_FORMATS = {
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
} as const

/** Confirms the subject by possession of the assertion alone. */
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/** The content of an assertion. */
export interface Assertion {
  readonly id: string
  readonly issuer: string
  readonly subject: NameId
  /** Bearer confirmations. */
  readonly confirmations: readonly Confirmation[]
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
  /** Each restriction is a list of which one is enough; all restrictions count. */
  readonly audiences: readonly (readonly string[])[]
  /** Values by name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

/** The user. */
export interface NameId {
  readonly value: string
  readonly format?: string | undefined
  readonly nameQualifier?: string | undefined
}

/** The confirmation of the subject: recipient and end of validity. */
export interface Confirmation {
  readonly recipient: string | undefined
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
}
