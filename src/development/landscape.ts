import tls from 'node:tls'

import cds from '@sap/cds'

import type { ServiceBinding, VcapServices } from 'cds-principal-emulator'
import type { DefaultUsers, Landscape, ProjectRequires } from 'cds-principal-emulator/development'

import { cap } from '../cap.js'
import type { RequiredService } from '../cap-types.js'
import { ConfigurationError } from '../errors.js'
import { logInfo, logWarning } from '../lib/log.js'
import { isProduction } from '../lib/profile.js'
import type { AuthOptions } from '../options.js'
import { attachedLandscape, startingLandscape } from './attached.js'
import { bindDelegations, bindDelegationsOfEnvironment } from './delegations.js'
import { isEmulatorInstalled, loadDevelopment } from './door.js'
import { recordEvents } from './recorder/record-events.js'
import { linkRecorder } from './recorder/link.js'
import { warnOfMisspeltDestinations } from './misspelt-destinations.js'
import { completeMockedUsers, defaultsOfMocked, warnOfXsuaaUsers } from './mocked-users.js'
import type { XsuaaCredentials } from '../token/issuers/credentials.js'

/** `cds.requires.auth`, to which the emulated binding is added. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

type Development = ReturnType<typeof loadDevelopment>

/**
 * In development without a bound XSUAA: joins the emulated landscape of the project, and binds its services to this
 * process as BTP does, through `VCAP_SERVICES`. From there on the code is the same as in production.
 *
 * @returns whether it is one for people to try; that of a test is not
 * @throws {@link ConfigurationError} when it can't be started, or Node can't trust its certificates
 * @internal
 */
export async function joinLandscape(auth: Mutable<AuthOptions>): Promise<boolean> {
  completeMockedUsers(auth) // at once: other plugins look at them while they are activated
  const bound = (await startingLandscape()) ?? attachedLandscape()
  if (auth.emulator === false || isProduction()) return false
  if (auth.credentials && !bound) {
    bindDelegationsOfEnvironment(process.env.VCAP_SERVICES)
    return false
  }
  if (!bound && auth.issuers && !isEmulatorInstalled()) return false
  const landscape = bound ?? (await attach())
  bindServices(auth, landscape)
  logInfo('bound to the emulated XSUAA, Destination and Connectivity service')
  return !bound
}

/** The landscape of the project's folder, in a process of its own. */
async function attach(): Promise<Landscape> {
  const development = loadDevelopment()
  assertCanTrust()
  const landscape = await landscapeOfProject(development).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError(
      `the emulated BTP services can't be started: ${reason} (cds.requires.auth.emulator: false turns them off)`
    )
  })
  useEnvironment(landscape)
  development.setAttachedLandscape(landscape)
  recordEvents()
  if (landscape.recorder) linkRecorder(landscape.recorder)
  cds.once('listening', tellWhere)
  return landscape
}

/** Joins the landscape that the configuration describes; a mistake in the configuration is refused before anything starts. */
async function landscapeOfProject({ attachLandscape, landscapeOf }: Development) {
  const requires = cap.env.requires as ProjectRequires
  warnOfMisspeltDestinations(requires)
  const project = landscapeOf(cds.root, requires, (defaultsOfMocked().users ?? {}) as DefaultUsers)
  if (project.identity) warnOfXsuaaUsers(requires)
  return attachLandscape({ ...project, mocks: 'registered' }, ownerPid())
}

/** Binds this process to a landscape that runs: for a command, which is no part of it. @internal */
export function bindLandscape(auth: Mutable<AuthOptions>, landscape: Landscape): void {
  assertCanTrust()
  useEnvironment(landscape)
  bindServices(auth, landscape)
}

function bindServices(auth: Mutable<AuthOptions>, landscape: Landscape): void {
  const { vcapServices, mockedServices } = landscape
  auth.credentials = vcapServices.xsuaa[0]?.credentials as unknown as XsuaaCredentials
  bindIdentity(vcapServices)
  bindByLabel(vcapServices)
  bindDelegations(vcapServices)
  talkToMocks(mockedServices)
}

function useEnvironment({ ca, vcapServices, workloadApi }: Landscape): void {
  trust(ca)
  process.env.VCAP_SERVICES = JSON.stringify(vcapServices)
  if (workloadApi) process.env.SPIFFE_ENDPOINT_SOCKET = workloadApi
}

/** Jobs of the emulated Job Scheduling service are requests to this server. */
function tellWhere({ url }: { url: string }): void {
  const { askLandscape } = loadDevelopment()
  askLandscape(cds.root, 'POST', '/server', { url }).catch((error: unknown) => {
    logWarning(`the emulated landscape can't be told where this server is: ${String(error)}`)
  })
}

/** Mocks are served by CAP: as OData V4, and without CSRF protection. CAP's own bindings to mocks do the same. */
function talkToMocks(mocked: readonly string[]): void {
  const requires: Record<string, RequiredService | undefined> = cap.env.requires
  for (const [name, options] of Object.entries(requires)) {
    if (!options || !mocked.includes(options.service ?? name)) continue
    if (/^odata-v[24]$/.test(options.kind ?? '')) options.kind = 'odata'
    delete options.csrf
    delete options.csrfInBatch
  }
}

/** Binds Identity Authentication next to XSUAA if the landscape has it, as CAP's own fallback does. */
function bindIdentity({ identity: [binding] = [] }: VcapServices): void {
  if (!binding) return
  const requires: Record<string, RequiredService | undefined> = cap.env.requires
  requires.identity = { ...requires.identity, credentials: binding.credentials }
}

/** Required services with a `vcap.label`, also of other plugins: CAP has looked for their bindings before there were any. */
function bindByLabel(services: VcapServices): void {
  const requires: Record<string, RequiredService | undefined> = cap.env.requires
  const bindings = (Object.values(services) as (ServiceBinding[] | undefined)[]).flat()
  for (const [name, options] of Object.entries(requires)) {
    const binding = bindings.find((each) => each?.label === options?.vcap?.label)
    if (!options || !binding || name === 'kinds' || name === 'auth') continue
    options.credentials = { ...options.credentials, ...binding.credentials }
  }
}

/** The landscape outlives a watched server, and never its watch. */
function ownerPid(): number {
  return cap.watched ? process.ppid : process.pid
}

/** Adds to what Node trusts, for this process only; verification stays on. */
function trust(ca: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca])
}

function assertCanTrust(): void {
  if (typeof tls.setDefaultCACertificates === 'function') return
  throw new ConfigurationError(
    `the emulated BTP services need Node 22.19, 24.5 or newer, and this is ${process.version}: use one of these, or bind ` +
      'services and set cds.requires.auth.emulator to false'
  )
}
