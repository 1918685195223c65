import type { BackendProcess, BackendTarget } from '../backend/child.js'
import { startMocks } from '../backend/mock-process.js'
import { startModule } from '../backend/module-process.js'
import { startS4 } from '../backend/s4-process.js'
import { locateRegistered } from '../backend/registered-mocks.js'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import {
  checkResources,
  parseVirtualHost,
  type ExposedSystem
} from '../connectivity/exposed-system.js'
import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions, LocatedOptions, OnPremiseSystem } from '../types.js'

/** Systems behind the Cloud Connectors. */
export interface OnPremise {
  /** Systems that a tenant's Cloud Connector with a location id exposes, by virtual host; `undefined`: there is no such Cloud Connector. */
  systemsOf: (tenant: string, locationId: string) => ReadonlyMap<string, ExposedSystem> | undefined
  /** Processes of the provider (under no name) and of subscribers, by tenant and virtual host (`<location id>/<host>` of `cloudConnectors`). */
  processes: ReadonlyMap<string | undefined, ReadonlyMap<string, BackendProcess>>
}

/** A system that runs, and its process if it is the emulator's. */
interface Running {
  locate: (path: string) => BackendTarget
  process?: BackendProcess
  tcp?: ExposedSystem['tcp']
}

/** One Cloud Connector: what it exposes, and what runs for it. */
interface CloudConnector {
  systems: Map<string, ExposedSystem>
  /** Processes behind all Cloud Connectors of the subaccount. */
  processes: Map<string, BackendProcess>
  /** Prefix of the names of processes. */
  prefix: string
}

/** Cloud Connectors by location id, and what runs for them. */
interface Subaccount {
  connectors: Map<string, CloudConnector['systems']>
  processes: Map<string, BackendProcess>
}

/**
 * Exposes the configured systems and starts those that are modules or mocks. If one fails, none is left running.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`, `ERR_EMULATOR_BACKEND`
 */
export async function startOnPremise(
  options: LocatedOptions,
  certificates: LandscapeCertificates
): Promise<OnPremise> {
  const parsed = configuredConnectors(options).map(({ systems, ...whose }) => ({
    ...whose,
    entries: parse(whose.tenant, systems)
  }))
  const subaccounts = new Map<string | undefined, Subaccount>()
  const starts = parsed.flatMap(({ tenant, locationId, entries }) => {
    const { connectors, processes } = subaccounts.get(tenant) ?? {
      connectors: new Map<string, CloudConnector['systems']>(),
      processes: new Map<string, BackendProcess>()
    }
    subaccounts.set(tenant, { connectors, processes })
    const systems = new Map<string, ExposedSystem>()
    connectors.set(locationId, systems)
    const prefix = locationId === (options.locationId ?? '') ? '' : `${locationId.toLowerCase()}/`
    const connector = { systems, processes, prefix }
    return entries.map((entry) => start(options, entry, connector, certificates))
  })
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected')
  if (failed) {
    const running = [...subaccounts.values()].flatMap(({ processes }) => [...processes.values()])
    await Promise.all(running.map((process) => process.stop()))
    throw failed.reason
  }
  return {
    systemsOf: (tenant, locationId) =>
      (subaccounts.get(tenant) ?? subaccounts.get(undefined))?.connectors.get(locationId),
    processes: new Map([...subaccounts].map(([tenant, { processes }]) => [tenant, processes]))
  }
}

/** One Cloud Connector, as it is configured. */
interface ConfiguredConnector {
  tenant: string | undefined
  locationId: string
  systems: Systems
}

/** The provider always has one, with or without systems; a subscriber has the provider's, or only those of its own. */
function configuredConnectors(options: EmulatorOptions): ConfiguredConnector[] {
  const main = options.locationId ?? ''
  const subaccounts = [
    { tenant: undefined, ...options, onPremise: options.onPremise ?? {} },
    ...Object.entries(options.tenants ?? {}).map(([tenant, own]) => ({ tenant, ...own }))
  ]
  return subaccounts.flatMap(({ tenant, onPremise, cloudConnectors = {} }) => [
    ...(onPremise ? [{ tenant, locationId: main, systems: onPremise }] : []),
    ...Object.entries(cloudConnectors).map(([locationId, systems]) => {
      if (locationId !== main) return { tenant, locationId, systems }
      const text = `cloudConnectors["${locationId}"]: the systems of the Cloud Connector with this location id are those of "onPremise"`
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
    })
  ])
}

/** All processes, of all Cloud Connectors. */
export function allProcesses({ processes }: OnPremise): BackendProcess[] {
  return [...processes.values()].flatMap((own) => [...own.values()])
}

/** The process of a system; its tenant is the provider where none is named. */
export function findProcess({ processes }: OnPremise, virtualHost: string, tenant?: string) {
  const own = processes.get(tenant) ?? new Map<string, BackendProcess>()
  const process = own.get(virtualHost.toLowerCase())
  if (process) return { audit: async () => (await process.record()).entries }
  const known = [...own.keys()].join(', ') || '(none)'
  const whose = tenant === undefined ? '' : ` of tenant "${tenant}"`
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `the emulator has not started a backend for "${virtualHost}"${whose}, only for ${known}`
  )
}

type Systems = NonNullable<EmulatorOptions['onPremise']>

function parse(tenant: string | undefined, systems: Systems) {
  return Object.entries(systems).map(([key, system]) => {
    checkResources(tenant === undefined ? key : `${tenant}/${key}`, system.resources)
    return { virtualHost: parseVirtualHost(key), system }
  })
}

async function start(
  options: LocatedOptions,
  { virtualHost, system }: ReturnType<typeof parse>[number],
  { systems, processes, prefix }: CloudConnector,
  certificates: LandscapeCertificates
): Promise<void> {
  const { locate, process, tcp } = await run(options, virtualHost, system, certificates)
  if (process) processes.set(prefix + virtualHost, process)
  const { resources, systemCertificateForLogon = false } = system
  systems.set(virtualHost, { virtualHost, resources, locate, tcp, systemCertificateForLogon })
}

async function run(
  options: LocatedOptions,
  virtualHost: string,
  system: OnPremiseSystem,
  certificates: LandscapeCertificates
): Promise<Running> {
  const { backend, mocks, edmx } = system
  if (edmx)
    return asRunning(await startS4(options.root, virtualHost, { ...system, edmx }, certificates))
  if (mocks) {
    if (options.mocks === 'registered') return { locate: (path) => locateRegistered(mocks, path) }
    return asRunning(
      await startMocks(options.root, virtualHost, { ...system, mocks }, certificates)
    )
  }
  if (backend === undefined) {
    const text = `onPremise["${virtualHost}"] needs a backend, mocks, or edmx files`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  if (/^tcp:/i.test(backend)) return { tcp: parseTcp(virtualHost, backend), locate: noHttp }
  if (/^https?:\/\//i.test(backend)) {
    const { origin } = parseBackendUrl(virtualHost, backend)
    return { locate: () => ({ origin }) }
  }
  const started = startModule(options.root, virtualHost, { ...system, backend }, certificates)
  return asRunning(await started)
}

const asRunning = (process: BackendProcess): Running => ({ locate: process.locate, process })

/** Systems of TCP are refused before. */
const noHttp = (): never => {
  throw new Error('the system is reached by TCP only')
}

function parseTcp(virtualHost: string, backend: string): { host: string; port: number } {
  const [, host, port] = /^tcp:\/\/([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(backend) ?? []
  if (host && Number(port) < 65_536) {
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  }
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `onPremise["${virtualHost}"].backend must be "tcp://<host>:<port>" for a system behind the SOCKS5 proxy`
  )
}

/** Principal propagation needs mutual TLS. */
function parseBackendUrl(virtualHost: string, backend: string): URL {
  if (URL.canParse(backend) && backend.toLowerCase().startsWith('https:')) return new URL(backend)
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `onPremise["${virtualHost}"].backend must be an https URL or a module: the user certificate travels over mutual TLS only`
  )
}
