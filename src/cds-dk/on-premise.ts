import { type ConfigurationFile, isObject, type Json } from './configuration-file.js'
import { requiresOf } from './project-requires.js'

/**
 * True if a required service names a destination that is on premise, or that the project does not describe: then it is
 * emulated as one on premise, too.
 */
export function hasOnPremiseDestination(files: readonly ConfigurationFile[]): boolean {
  const sections = files.flatMap(({ cds }) => requiresOf(cds))
  const described = Object.assign({}, ...sections.map(destinationsOf)) as Json
  return sections
    .flatMap((requires) => Object.values(requires))
    .flatMap((service) => destinationName(service) ?? [])
    .some((name) => !isObject(described[name]) || described[name]['ProxyType'] === 'OnPremise')
}

function destinationName(service: unknown): string | undefined {
  const credentials = isObject(service) ? service['credentials'] : undefined
  const name = isObject(credentials) ? credentials['destination'] : undefined
  return typeof name === 'string' ? name : undefined
}

/** Destinations of the emulated landscape, in any profile of `auth`. */
function destinationsOf({ auth }: Json): Json {
  const own = isObject(auth) ? [auth, ...Object.values(auth)] : []
  const described = own.flatMap((section) => {
    const emulator = isObject(section) ? section['emulator'] : undefined
    return isObject(emulator) && isObject(emulator['destinations'])
      ? [emulator['destinations']]
      : []
  })
  return Object.assign({}, ...described) as Json
}
