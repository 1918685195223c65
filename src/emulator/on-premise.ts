import { startBackend, type BackendProcess } from './backend-process.js'
import type { LandscapeCertificates } from './certificates/landscape-certificates.js'
import {
  checkResources,
  parseVirtualHost,
  type ExposedSystem
} from './connectivity/exposed-system.js'
import { EmulatorError } from './emulator-error.js'
import type { EmulatorOptions } from './types.js'

/** Systems behind the Cloud Connector, by virtual host. */
export interface OnPremise {
  systems: ReadonlyMap<string, ExposedSystem>
  processes: ReadonlyMap<string, BackendProcess>
}

/**
 * Exposes the configured systems and starts those that are modules. If one fails, none is left running.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`, `ERR_EMULATOR_BACKEND`
 */
export async function startOnPremise(
  options: EmulatorOptions,
  certificates: LandscapeCertificates
): Promise<OnPremise> {
  const entries = Object.entries(options.onPremise ?? {}).map(([key, system]) => {
    checkResources(key, system.resources)
    return { virtualHost: parseVirtualHost(key), system }
  })
  const systems = new Map<string, ExposedSystem>()
  const processes = new Map<string, BackendProcess>()
  const starts = entries.map(async ({ virtualHost, system }) => {
    const { resources, backend } = system
    if (/^https?:\/\//i.test(backend)) {
      const url = parseBackendUrl(virtualHost, backend)
      systems.set(virtualHost, { virtualHost, resources, backendUrl: () => url })
      return
    }
    const process = await startBackend(options.root, virtualHost, system, certificates)
    processes.set(virtualHost, process)
    systems.set(virtualHost, { virtualHost, resources, backendUrl: process.url })
  })
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected')
  if (failed) {
    await Promise.all([...processes.values()].map((process) => process.stop()))
    throw failed.reason
  }
  return { systems, processes }
}

/** Principal propagation needs mutual TLS. */
function parseBackendUrl(virtualHost: string, backend: string): URL {
  if (URL.canParse(backend) && backend.toLowerCase().startsWith('https:')) return new URL(backend)
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `onPremise["${virtualHost}"].backend must be an https URL or a module: the user certificate travels over mutual TLS only`
  )
}
