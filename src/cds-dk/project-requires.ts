import { isObject, type Json, objectAt } from './configuration-file.js'

/** Kinds that the facets `xsuaa` and `ias` of `@sap/cds-dk` write into a profile. */
const KINDS_OF_FACETS = ['xsuaa', 'xsuaa-auth', 'ias', 'ias-auth', 'jwt', 'jwt-auth']

/** Returns all `requires` sections of a configuration: the one for every profile first, then those of the profiles. */
export function requiresOf(cds: Json): Json[] {
  const own = isObject(cds['requires']) ? [cds['requires']] : []
  const profiles = Object.values(profilesOf(cds)).flatMap((section) =>
    isObject(section['requires']) ? [section['requires']] : []
  )
  return [...own, ...own.flatMap((requires) => Object.values(profilesOf(requires))), ...profiles]
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
  return requiresOf(cds).some(({ auth }) => /^principal(-auth)?$/.test(kindOf(auth) ?? ''))
}

/** True if `auth` is configured here, in any profile. */
export function hasAuth(cds: Json): boolean {
  return requiresOf(cds).some(({ auth }) => auth !== undefined)
}

/**
 * Makes `principal` the kind of `auth` in every profile. Other options of `auth`, such as users, stay as they are.
 *
 * @returns the implementation of its own that the project had, and has no more
 */
export function choosePrincipal(cds: Json): string | undefined {
  const requires = objectAt(cds, 'requires')
  const { auth } = requires
  const impl = isObject(auth) ? auth['impl'] : undefined
  if (isObject(auth)) {
    delete auth['impl']
    requires['auth'] = { ...auth, kind: 'principal' }
  } else requires['auth'] = 'principal'
  for (const section of requiresOf(cds).slice(1)) dropKind(section)
  return typeof impl === 'string' ? impl : undefined
}

/** Removes the kinds that facets of `@sap/cds-dk` have written into profiles: they would turn `principal` off there. */
export function keepPrincipal(cds: Json): void {
  for (const section of requiresOf(cds).slice(1)) {
    if (KINDS_OF_FACETS.includes(kindOf(section['auth']) ?? '')) dropKind(section)
  }
  for (const section of [cds['requires'], cds].filter(isObject)) removeEmptyProfiles(section)
}

function dropKind(requires: Json): void {
  const { auth } = requires
  if (isObject(auth)) delete auth['kind']
  if (typeof auth === 'string' || (isObject(auth) && !Object.keys(auth).length)) {
    delete requires['auth']
  }
}

function removeEmptyProfiles(section: Json): void {
  for (const [key, profile] of Object.entries(profilesOf(section))) {
    if (isObject(profile['requires']) && !Object.keys(profile['requires']).length) {
      delete profile['requires']
    }
    if (!Object.keys(profile).length) delete section[key]
  }
}
