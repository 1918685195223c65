import type { BackendTarget } from '../backend/child.js'
import { EmulatorError } from '../emulator-error.js'
import type { ExposedResource, OnPremiseSystem } from '../types.js'

/** A system that the Cloud Connector exposes. */
export interface ExposedSystem {
  /** Virtual `host:port`, lower case. */
  virtualHost: string
  /** Returns the target of requests to a path. Throws when the system does not run any more. */
  locate: (path: string) => BackendTarget
  /** `undefined`: everything. */
  resources: readonly ExposedResource[] | undefined
  /** The address of a system that is reached by TCP, and not by HTTP. */
  tcp: { host: string; port: number } | undefined
  /** True if the system certificate may log on where there is no user. */
  systemCertificateForLogon: boolean
}

/**
 * Normalizes a virtual host: lower case, with port.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function parseVirtualHost(key: string): string {
  const match = /^([a-z0-9._-]+):(\d{1,5})$/i.exec(key)
  if (match) return key.toLowerCase()
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `onPremise["${key}"] must be a virtual host with a port, for instance "s4.internal:44300"`
  )
}

/** @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function checkResources(key: string, resources: OnPremiseSystem['resources']): void {
  resources?.forEach(({ path }, index) => {
    if (typeof path === 'string' && path.startsWith('/')) return
    throw new EmulatorError(
      'ERR_EMULATOR_OPTIONS',
      `onPremise["${key}"].resources[${index}].path must start with "/"`
    )
  })
}

/**
 * True if a path is exposed: case-sensitive, "path only" or "path and all sub-paths".
 * Dot segments, also encoded ones, are never: they could leave the exposed path again.
 */
export function isExposed(system: ExposedSystem, rawPath: string): boolean {
  if (!system.resources) return true
  const path = decode(rawPath)
  if (path === undefined || /(^|[/\\])\.\.?([/\\;]|$)/.test(path)) return false
  return system.resources.some(({ path: exposed, subpaths }) => {
    const base = exposed.replace(/\/+$/, '')
    const isSame = path === base || path === `${base}/`
    return isSame || (subpaths === true && path.startsWith(`${base}/`))
  })
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
