import { isObject, type Json, objectAt } from './configuration-file.js'

/** Kinds that the facets `xsuaa` and `ias` of `@sap/cds-dk` write into a profile. */
const KINDS_OF_FACETS = ['xsuaa', 'xsuaa-auth', 'ias', 'ias-auth', 'jwt', 'jwt-auth']

/** Returns all `requires` sections of a configuration: the one for every profile, and those of the profiles. */
export function requiresOf(cds: Json): Json[] {
  const own = withProfiles(cds['requires'])
  return [...own, ...Object.values(profilesOf(cds)).flatMap(requiresOf)]
}

/** Returns all sections of `auth`, also those of profiles inside of it. */
export function authSectionsOf(cds: Json): unknown[] {
  return requiresOf(cds).flatMap(({ auth }) => (isObject(auth) ? withProfiles(auth) : [auth]))
}

/** Returns a section, and the profiles inside of it on every level; nothing for what has no properties. */
export function withProfiles(section: unknown): Json[] {
  if (!isObject(section)) return []
  return [section, ...Object.values(profilesOf(section)).flatMap(withProfiles)]
}

function profilesOf(section: Json): Record<string, Json> {
  const entries = Object.entries(section).filter(
    ([key, value]) => key.startsWith('[') && isObject(value)
  )
  return Object.fromEntries(entries) as Record<string, Json>
}

/** Returns the kind that an entry of `requires` names, written as text or as object. */
export function kindOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  const kind = isObject(entry) ? entry['kind'] : undefined
  return typeof kind === 'string' ? kind : undefined
}

/** True if the configuration names the kind `principal` for `auth`, in any profile. */
export function isPrincipalChosen(cds: Json): boolean {
  return authSectionsOf(cds).some((auth) => /^principal(-auth)?$/.test(kindOf(auth) ?? ''))
}

/** True if `auth` is configured here, in any profile. */
export function hasAuth(cds: Json): boolean {
  return requiresOf(cds).some(({ auth }) => auth !== undefined)
}

/** Makes `principal` the kind of `auth` in every profile. Other options of `auth`, such as users, stay as they are. */
export function choosePrincipal(cds: Json): void {
  dropKinds(cds, () => true)
  const requires = objectAt(cds, 'requires')
  const { auth } = requires
  requires['auth'] = isObject(auth) ? { ...auth, kind: 'principal' } : 'principal'
}

/** Removes the kinds that facets of `@sap/cds-dk` have written into profiles: they would turn `principal` off there. */
export function keepPrincipal(cds: Json): void {
  dropKinds(cds, isOfFacet)
}

/** Removes the same kinds from a file that wins over the one with `principal`: there, also the one for every profile. */
export function yieldToPrincipal(cds: Json): void {
  dropKinds(cds, isOfFacet, null)
}

const isOfFacet = (kind: string) => KINDS_OF_FACETS.includes(kind)

/**
 * Removes the implementations of `auth` that the project has, in any profile: CAP would load them in place of this package's.
 *
 * @returns what is removed
 */
export function dropImplementations(cds: Json): string[] {
  return authSectionsOf(cds).flatMap((auth) => {
    const impl = isObject(auth) ? auth['impl'] : undefined
    if (isObject(auth)) delete auth['impl']
    return typeof impl === 'string' ? [impl] : []
  })
}

/** Removes kinds of `auth`, and what is empty without them. The one of the section that is kept stays: by default that for every profile. */
function dropKinds(
  cds: Json,
  isDropped: (kind: string) => boolean,
  kept: unknown = cds['requires']
): void {
  for (const requires of requiresOf(cds)) {
    const { auth } = requires
    const sections = isObject(auth) ? withProfiles(auth) : []
    for (const section of requires === kept ? sections.slice(1) : sections) {
      if (isDropped(kindOf(section) ?? '')) delete section['kind']
    }
    if (isObject(auth)) removeEmptyProfiles(auth)
    const isEmpty = isObject(auth) && !Object.keys(auth).length
    const isText = typeof auth === 'string' && requires !== kept
    if (isEmpty || (isText && isDropped(auth))) delete requires['auth']
  }
  for (const section of [cds['requires'], cds].filter(isObject)) removeEmptyProfiles(section)
}

function removeEmptyProfiles(section: Json): void {
  for (const [key, profile] of Object.entries(profilesOf(section))) {
    removeEmptyProfiles(profile)
    const { requires } = profile
    if (isObject(requires)) removeEmptyProfiles(requires)
    if (isObject(requires) && !Object.keys(requires).length) delete profile['requires']
    if (!Object.keys(profile).length) delete section[key]
  }
}
