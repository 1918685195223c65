import { existsSync } from 'node:fs'

import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions } from '../types.js'
import { readDestinations, type Exported } from './exports/read-destinations.js'
import { asJson, type Json, readJson } from './exports/read-file.js'
import { type Mta, readMta } from './exports/read-mta.js'
import { readVcap } from './exports/read-vcap.js'
import { importBindings } from './import-bindings.js'
import { importDescriptor, inventUsers } from './import-descriptor.js'
import { importDestinations, type ImportedDestinations } from './import-destinations.js'
import { type Replaced, Replacements } from './replacements.js'

/** Files that were exported, each of which can be missing. */
export interface Exports {
  readonly destinations?: readonly string[]
  readonly vcap?: string
  readonly xsSecurity?: string
  readonly mta?: string
}

/** The options of a landscape, as `landscape.json` has them. */
export type ImportedLandscape = Omit<Partial<EmulatorOptions>, 'root' | 'bind' | 'mocks'>

/** An imported landscape, and the account of what became of the exports. */
export interface Imported {
  readonly landscape: ImportedLandscape
  readonly replaced: readonly Replaced[]
  /** Sentences about what the emulator cannot do, or what a person has to add. */
  readonly limits: readonly string[]
}

const NO_MTA: Mta = { xsSecurityPath: undefined, xsSecurity: {}, destinations: [], services: {} }

/**
 * Makes a landscape from exported files: names, types and properties stay, secrets and hosts are replaced.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` that names the option and the file, and nothing of its content
 */
export function importLandscape(exports: Exports): Imported {
  const { destinations: paths = [], vcap, xsSecurity, mta: mtaPath } = exports
  if (!paths.length && !vcap && !xsSecurity && !mtaPath) {
    const text = 'name at least one of --destinations, --vcap, --xs-security and --mta'
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  const replacements = new Replacements()
  const limits: string[] = []
  const mta = mtaPath === undefined ? NO_MTA : readMta('--mta', mtaPath)
  const services = { ...mta.services, ...(vcap && readVcap('--vcap', vcap)) }
  const { xsappname, ...bindings } = importBindings(services, limits)
  const descriptor = importDescriptor(descriptorOf(xsSecurity, mta, xsappname), replacements)
  const exported: Exported[] = [
    ...paths.flatMap((path) => readDestinations('--destinations', path)),
    ...mta.destinations
  ]
  const { xsappname: name } = descriptor
  const clientId = `sb-${typeof name === 'string' ? name : 'application'}!t1`
  const { limits: ofDestinations, ...parts } = importDestinations(exported, clientId, replacements)
  limits.push(...ofDestinations, ...usersLimits(descriptor), ...systemLimits(parts))
  const landscape = {
    users: inventUsers(descriptor),
    xsSecurity: descriptor,
    ...withoutEmpty(parts),
    ...bindings
  }
  return { landscape, replaced: replacements.list, limits }
}

/** The file, completed by what `mta.yaml` has in its place. */
function descriptorOf(path: string | undefined, mta: Mta, xsappname = 'application'): Json {
  const named = mta.xsSecurityPath
  const file = path ?? (named !== undefined && existsSync(named) ? named : undefined)
  const own = file === undefined ? {} : asJson(readJson('--xs-security', file))
  return { xsappname, ...own, ...mta.xsSecurity }
}

function usersLimits({ attributes }: Json): string[] {
  const users = 'the users "alice" (all roles) and "bob" (none) are invented'
  return Array.isArray(attributes) && attributes.length
    ? [`${users}: add the attributes of alice (attr)`]
    : [users]
}

function systemLimits({
  onPremise,
  cloudConnectors
}: Pick<ImportedDestinations, 'onPremise' | 'cloudConnectors'>): string[] {
  const systems = [onPremise, ...Object.values(cloudConnectors)]
  return systems
    .flatMap((each) => Object.keys(each))
    .map(
      (host) => `system ${host} has no services: add "edmx" files, "mocks", or a "backend" to it`
    )
}

function withoutEmpty<T extends object>(parts: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, part]) => Object.keys(part as object).length)
  ) as Partial<T>
}
