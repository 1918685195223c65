import type { AppReference, ScopeReference } from './references.js'

/** xs-security.json as far as the emulator uses it, with `$XSAPPNAME` still in place. */
export interface SecurityDescriptor {
  /** The name without the suffix `!t1`. */
  xsappname: string
  /** `undefined`: not said, and decided by whether there are subscribers. */
  tenantMode: TenantMode | undefined
  /** Own scopes: `$XSAPPNAME.Viewer`. */
  scopes: ReadonlyMap<string, Scope>
  /** Attributes by name. */
  attributes: ReadonlyMap<string, Attribute>
  /** Role templates by name. */
  roleTemplates: ReadonlyMap<string, RoleTemplate>
  /** Role collection → names of role templates. */
  roleCollections: ReadonlyMap<string, readonly string[]>
  /** The authorities in technical tokens of the application. */
  authorities: readonly ScopeReference[]
  /** The scopes of other applications in user tokens of this one. */
  foreignScopes: readonly ScopeReference[]
  oauth2: OAuth2Configuration
}

/** Values of `tenant-mode`. */
export const TENANT_MODES = ['dedicated', 'shared', 'external'] as const
export type TenantMode = (typeof TENANT_MODES)[number]

/** A scope, and the applications that it is given to. */
export interface Scope {
  /** The applications that get the scope in user tokens: `granted-apps`. */
  grantedTo: readonly AppReference[]
  /** The applications that get the scope in technical tokens: `grant-as-authority-to-apps`. */
  grantedAsAuthorityTo: readonly AppReference[]
}

/** Values of `valueType`, the short one is the same as `string`. */
export const VALUE_TYPES = ['string', 's', 'int', 'date'] as const
export type ValueType = 'string' | 'int' | 'date'

/** The kind of values of an attribute. */
export interface Attribute {
  valueType: ValueType
  /** Default: `true`, a role needs a value; otherwise a role without one is not restricted by it. */
  valueRequired: boolean
}

/** A role template: what it grants, and which attributes it lets through. */
export interface RoleTemplate {
  scopes: readonly string[]
  /** Attribute → default values, empty without. */
  attributes: ReadonlyMap<string, readonly string[]>
}

/** Values of `credential-types`. */
export const CREDENTIAL_TYPES = ['binding-secret', 'instance-secret', 'x509'] as const
export type CredentialType = (typeof CREDENTIAL_TYPES)[number]

/** Values of `system-attributes`. */
export const SYSTEM_ATTRIBUTES = [
  'groups',
  'rolecollections',
  'ias-token',
  'ias-corporate-idp-token'
] as const
export type SystemAttribute = (typeof SYSTEM_ATTRIBUTES)[number]

/** `oauth2-configuration`, with XSUAA's defaults. */
export interface OAuth2Configuration {
  /** Seconds, 60 to 86400; default: 12 hours. */
  tokenValidity: number
  /** Seconds; default: a week. */
  refreshTokenValidity: number
  /** `undefined`: all. */
  grantTypes: readonly string[] | undefined
  /** The URIs that an authorization code may be sent to, with wildcards `*` and `**`. */
  redirectUris: readonly string[]
  /** The credential types in the order of the file; the first one is that of the binding. */
  credentialTypes: readonly CredentialType[]
  systemAttributes: readonly SystemAttribute[]
  /** Origin keys of the identity providers whose users may log on; `undefined`: all. */
  allowedProviders: readonly string[] | undefined
}

/** Prefix of a scope that belongs to the application itself. */
export const OWN = '$XSAPPNAME.'
