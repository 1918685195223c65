import { type ConfigurationFile, isObject, type Json, objectAt } from './configuration-file.js'
import { authSectionsOf, kindOf, requiresOf } from './project-requires.js'

/** Services whose tokens a project takes. */
export interface Issuers {
  readonly xsuaa: boolean
  readonly ias: boolean
}

/**
 * Reads whose tokens the project takes. `auth` of kind `principal` is bound to XSUAA, or by its label to Identity Authentication;
 * another one is required beside it. Kinds of CAP, and facets that the command adds, name theirs.
 *
 * @param facets - names of the facets that the command adds
 */
export function issuersOf(
  files: readonly ConfigurationFile[],
  facets: readonly string[] = []
): Issuers {
  const kinds = authSections(files).map((auth) => kindOf(auth)?.replace('-auth', ''))
  const isNamed = (...names: string[]) =>
    names.some((name) => facets.includes(name) || kinds.includes(name))
  const isOfIdentity = isLabelled(files)
  const ias = isOfIdentity || isNamed('ias') || isRequired(files, 'identity')
  const isOfXsuaa = kinds.includes('principal') && !isOfIdentity
  const xsuaa = !ias || isOfXsuaa || isNamed('xsuaa', 'jwt') || isRequired(files, 'xsuaa')
  return { xsuaa, ias }
}

/**
 * Writes what the configuration does not say yet: the label, if `auth` is for Identity Authentication only, or the service that is
 * required beside the one of `auth`.
 *
 * @param files - all of the project
 * @param place - the configuration that has `auth`, of kind `principal`
 */
export function requireIssuers(
  files: readonly ConfigurationFile[],
  place: Json,
  { xsuaa, ias }: Issuers
): void {
  const isOfIdentity = isLabelled(files)
  const second = isOfIdentity ? 'xsuaa' : 'identity'
  if (xsuaa && ias) {
    if (!isRequired(files, second)) objectAt(place, 'requires')[second] = true
  } else if (ias && !isOfIdentity) {
    const requires = objectAt(place, 'requires')
    const { auth } = requires
    const own = isObject(auth) ? auth : { kind: auth }
    const vcap = isObject(own['vcap']) ? own['vcap'] : {}
    requires['auth'] = { ...own, vcap: { label: 'identity', ...vcap } }
  }
}

const authSections = (files: readonly ConfigurationFile[]) =>
  files.flatMap(({ cds }) => authSectionsOf(cds))

/** True if `auth` has the label of Identity Authentication, in any profile. */
function isLabelled(files: readonly ConfigurationFile[]): boolean {
  const filters = authSections(files).map((auth) => isObject(auth) && auth['vcap'])
  return filters.some((vcap) => isObject(vcap) && vcap['label'] === 'identity')
}

function isRequired(files: readonly ConfigurationFile[], service: string): boolean {
  const sections = files.flatMap(({ cds }) => requiresOf(cds))
  return sections.some((requires) => Boolean(requires[service]))
}
