/** Names that tokens can bring. With `undefined`, tokens can bring any name. */
export interface KnownNames {
  readonly attributes: ReadonlySet<string> | undefined
  readonly roles: ReadonlySet<string> | undefined
}

/** Content of `xs-security.json`, as far as it is read here. */
export interface SecurityDescriptor {
  readonly scopes?: readonly { readonly name?: string }[]
  readonly attributes?: readonly { readonly name?: string }[]
  readonly 'foreign-scope-references'?: readonly string[]
}

/** Options of `cds.requires.auth` that name roles or attributes, and `cds.requires.identity`. */
export interface NameSources {
  readonly credentials?: object
  readonly issuers?: Readonly<Record<string, IssuerNames | undefined>>
  readonly vcap?: { readonly label?: unknown }
  /** Configuration of `@sap/ams`, where it is installed. */
  readonly ams?: unknown
  /** Identity Authentication beside XSUAA. */
  readonly identity?: unknown
}

/** Returns what of `cds.requires` names roles or attributes. @internal */
export function nameSources(requires: {
  readonly auth?: NameSources | undefined
  readonly identity?: unknown
}): NameSources {
  const { auth, identity } = requires
  return { ...auth, identity }
}

/** Places that tell which roles and attributes there are, and where one would be added. */
export interface Places {
  readonly descriptor: boolean
  /** Option of the issuers. */
  readonly mapping: string | undefined
}

/**
 * Returns the places of names. Without any, it is `xs-security.json` where one would look.
 *
 * @internal
 */
export function placesOf(
  kind: 'attribute' | 'role',
  descriptor: SecurityDescriptor | undefined,
  auth: NameSources
): Places {
  const [alias, ...others] = Object.entries(auth.issuers ?? {}).flatMap(([name, issuer]) =>
    issuer ? name : []
  )
  const issuer = others.length ? '<alias>' : alias
  const option = kind === 'role' ? 'roles.map' : 'attributeMapping'
  return {
    descriptor: Boolean(descriptor) || !issuer,
    mapping: issuer && `cds.requires.auth.issuers.${issuer}.${option}`
  }
}

interface IssuerNames {
  readonly attributeMapping?: Readonly<Record<string, string>>
  readonly roles?: { readonly map?: true | Readonly<Record<string, string | readonly string[]>> }
}

/** Attributes that users have from CAP and from every token. */
const PERSONAL = ['logonName', 'givenName', 'familyName', 'email']
const PSEUDO_ROLES = [
  'any',
  'authenticated-user',
  'identified-user',
  'system-user',
  'internal-user'
]

/**
 * The attributes and roles that can arrive: those of `xs-security.json`, and what issuers' claims and roles are mapped to.
 *
 * @param descriptor - `xs-security.json`, if there is one
 * @internal
 */
export function knownNames(
  descriptor: SecurityDescriptor | undefined,
  auth: NameSources
): KnownNames {
  const issuers = Object.values(auth.issuers ?? {}).flatMap((issuer) => issuer ?? [])
  const unknown = !descriptor && !issuers.length
  // Identity Authentication: every claim is an attribute, and policies bring any role
  const anyAttribute = unknown || hasIdentity(auth)
  const anyRole = unknown || Boolean(auth.ams) || issuers.some(({ roles }) => roles?.map === true)
  return {
    attributes: anyAttribute
      ? undefined
      : new Set([...PERSONAL, ...attributesOf(descriptor, issuers)]),
    roles: anyRole ? undefined : new Set([...PSEUDO_ROLES, ...rolesOf(descriptor, issuers)])
  }
}

/** True if tokens of Identity Authentication are accepted, which offline nothing but the configuration says. */
function hasIdentity({ credentials, vcap, ams, identity }: NameSources): boolean {
  const isBound = 'domains' in (credentials ?? {}) || vcap?.label === 'identity'
  return isBound || Boolean(identity) || Boolean(ams)
}

function attributesOf(
  descriptor: SecurityDescriptor | undefined,
  issuers: IssuerNames[]
): string[] {
  const declared = (descriptor?.attributes ?? []).flatMap(({ name }) => name ?? [])
  return [...declared, ...issuers.flatMap((issuer) => Object.keys(issuer.attributeMapping ?? {}))]
}

function rolesOf(descriptor: SecurityDescriptor | undefined, issuers: IssuerNames[]): string[] {
  const scopes = (descriptor?.scopes ?? []).flatMap(({ name }) => name ?? [])
  const foreign = descriptor?.['foreign-scope-references'] ?? []
  const mapped = issuers.flatMap(({ roles }) => Object.values(roles?.map ?? {}).flat() as string[])
  return [...scopes.map((scope) => scope.replace(/^\$XSAPPNAME\./, '')), ...foreign, ...mapped]
}

/** Roles of CAP's own services: for operators, not of the application. @internal */
export function isOfCap(role: string): boolean {
  return role.startsWith('cds.') || role === 'mtcallback' || role === 'emcallback'
}
