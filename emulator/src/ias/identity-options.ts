/** The value of a user's `sub`; on BTP `subject-name-identifier.attribute`. */
export type SubjectNameIdentifier = 'userUuid' | 'mail' | 'loginName'
export const SUBJECTS: readonly SubjectNameIdentifier[] = ['userUuid', 'mail', 'loginName']

/** The way in which the bound application authenticates; on BTP a parameter of the binding. */
export type IdentityCredentialType = 'SECRET' | 'X509_GENERATED'
export const CREDENTIAL_TYPES: readonly IdentityCredentialType[] = ['SECRET', 'X509_GENERATED']

/** The emulated tenant of Identity Authentication, and the application in it: parameters of its service instance. */
export interface IdentityOptions {
  /** Default: `SECRET`; with `X509_GENERATED` clients authenticate by mutual TLS, and tokens are bound to the certificate. */
  credentialType?: IdentityCredentialType
  /** Default: `userUuid`. */
  subjectNameIdentifier?: SubjectNameIdentifier
  /** Seconds from 60 to 43200; default: 3600. */
  tokenValidity?: number
  /**
   * True if user tokens are for XSUAA as well, which exchanges no others; the parameter `xsuaa-cross-consumption`.
   * Default: `true`, as `cds add ias` sets it.
   */
  xsuaaCrossConsumption?: boolean
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
}

/** Authorization policies of the application. */
export interface IdentityAuthorizationOptions {
  enabled: boolean
  /** Folder with the compiled policies, relative to `root`; default: `gen/ams/dcn`, where `@sap/ams-dev` puts them. */
  dcn?: string
}

/** Another application of the tenant. */
export interface IdentityApplicationOptions {
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
