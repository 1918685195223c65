/** xs-security.json as far as the emulator uses it, with `$XSAPPNAME` still in place. */
export interface SecurityDescriptor {
  /** Without the suffix `!t1`. */
  xsappname: string
  /** Own scopes: `$XSAPPNAME.Viewer`. */
  scopes: ReadonlySet<string>
  /** Names of the attributes that a role template may reference. */
  attributes: ReadonlySet<string>
  /** By name. */
  roleTemplates: ReadonlyMap<string, RoleTemplate>
  /** Role collection → names of role templates. */
  roleCollections: ReadonlyMap<string, readonly string[]>
  /** Own scopes that a technical token of the application carries. */
  authorities: readonly string[]
  /** Seconds, 60 to 86400; default: 12 hours. */
  tokenValidity: number
  /** Seconds; default: a week. */
  refreshTokenValidity: number
  /** `undefined`: all. */
  grantTypes: readonly string[] | undefined
}

/** A role template: what it grants, and which attributes it lets through. */
export interface RoleTemplate {
  scopes: readonly string[]
  /** Attribute → default values, empty without. */
  attributes: ReadonlyMap<string, readonly string[]>
}

/** Prefix of a scope that belongs to the application itself. */
export const OWN = '$XSAPPNAME.'
