import { type ConfigurationFile, isObject, type Json } from './configuration-file.js'
import { requiresOf, withProfiles } from './project-requires.js'

/**
 * True if a required service names a destination that is on premise, or that the project does not describe: then it is
 * emulated as one on premise, too.
 */
export function hasOnPremiseDestination(files: readonly ConfigurationFile[]): boolean {
  const sections = files.flatMap(({ cds }) => requiresOf(cds))
  const described = Object.assign({}, ...sections.flatMap(destinationsOf)) as Json
  return sections
    .flatMap((requires) => Object.values(requires).flatMap(withProfiles))
    .flatMap((service) => withProfiles(service['credentials']))
    .map(({ destination }) => destination)
    .filter((name) => typeof name === 'string')
    .some((name) => !isObject(described[name]) || described[name]['ProxyType'] === 'OnPremise')
}

/** Destinations of the emulated landscape, in any profile of `auth`. */
function destinationsOf({ auth }: Json): Json[] {
  return withProfiles(auth)
    .flatMap(({ emulator }) => withProfiles(emulator))
    .flatMap(({ destinations }) => withProfiles(destinations))
}
