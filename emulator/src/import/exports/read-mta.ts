import { dirname, join } from 'node:path'

import { type Exported, exportedIn } from './read-destinations.js'
import { asJson, asList, type Json, readYaml } from './read-file.js'

/** The parts of an `mta.yaml` that a landscape has as well. */
export interface Mta {
  /** Path of the security descriptor, if it names one. */
  readonly xsSecurityPath: string | undefined
  /** Security descriptor that the file itself has, which adds to the other. */
  readonly xsSecurity: Json
  readonly destinations: readonly Exported[]
  /** Service offerings, in the form of `VCAP_SERVICES`: with names, without credentials. */
  readonly services: Json
}

/**
 * Reads `mta.yaml`.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readMta(option: string, path: string): Mta {
  const { resources, modules } = asJson(readYaml(option, path))
  const services: Record<string, object[]> = {}
  const destinations = asList(modules).flatMap((each) =>
    exportedIn(asJson(asJson(each)['parameters'])['content'])
  )
  let xsSecurityPath: string | undefined
  let xsSecurity: Json = {}
  for (const each of asList(resources).map(asJson)) {
    const { service, config, path: file, 'service-name': instance } = asJson(each['parameters'])
    if (typeof service !== 'string') continue
    const name = instance ?? each['name']
    const own = (services[service] ??= [])
    own.push({ name, instance_name: name, credentials: {} })
    destinations.push(...exportedIn(asJson(config)['init_data']))
    if (service !== 'xsuaa') continue
    if (typeof file === 'string') xsSecurityPath ??= join(dirname(path), file)
    xsSecurity = { ...xsSecurity, ...asJson(config) }
  }
  return { xsSecurityPath, xsSecurity, destinations, services }
}
