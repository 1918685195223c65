import cds from '@sap/cds'
import type { Service } from '@sap-cloud-sdk/connectivity'

import { cap } from '../cap.js'
import { type AuthOptions } from '../options.js'
import { isProduction, platformMarker } from '../lib/profile.js'
import { boundServices } from '../destination/binding/bound-services.js'
import { type DoctorOptions, isFromFiles, prepareEnvironment, type Source } from './environment.js'
import { isAgent } from '../remote/agents/kinds.js'
import { tokenOf } from '../explain/token/read-token.js'
import { asJson, type ExportedDestination, type Json, readDestinations } from './exports.js'
import { lookUpAll, type SeenDestination, type UsedService } from './look-ups.js'
import { secretsOf } from './secrets.js'

/** Facts that all hops are judged by. */
export interface Facts {
  readonly options: DoctorOptions
  readonly root: string
  /** True if services of the platform may be asked. */
  readonly isOnline: boolean
  /** True if the services are those of the landscape that runs for the project. */
  readonly isLandscape: boolean
  readonly requires: Json
  readonly auth: AuthOptions
  readonly services: readonly UsedService[]
  /** Bindings of the four services; `undefined` if they are not known here. */
  readonly bindings: readonly Service[] | undefined
  /** Reason why they are not known, and how they would be. */
  readonly noBindings: readonly [string, string]
  /** Destinations by the name of the required service. */
  readonly destinations: ReadonlyMap<string, SeenDestination>
  /** Token of the user, if there is one. */
  readonly token: string | undefined
  /** Texts that must not be in the report. */
  readonly secrets: readonly string[]
}

/**
 * Gathers the facts: from the files of the options, the project, the environment or the running landscape.
 *
 * @throws {@link ConfigurationError} for a file that can't be read
 */
export async function gatherFacts(options: DoctorOptions): Promise<Facts> {
  const source = await prepareEnvironment(options)
  const { root } = cds
  const token = options.as ? await tokenOf(options.as, root) : options.token
  const isOnline = !isFromFiles(options)
  const requires = cap.env.requires as unknown as Json
  const bindings = source === 'nowhere' ? undefined : await boundServices()
  const exported = options.destinations ? readDestinations(options.destinations) : undefined
  const services = usedServices(requires, exported)
  const destinations = await lookUpAll({ services, exported, bindings, isOnline, token })
  return {
    options,
    root,
    isOnline,
    isLandscape: source === 'landscape',
    requires,
    auth: authOf(requires, bindings),
    services,
    bindings: bindings ?? (isOnline && isDeployed() ? [] : undefined),
    noBindings: isOnline ? reasonOf(source) : REASONS.files,
    destinations,
    token,
    secrets: secretsOf([bindings, exported, [...destinations.values()], requires, { token }])
  }
}

/** True if this is where the application runs: what is not bound there is missing. In development, it may be elsewhere. */
function isDeployed(): boolean {
  return platformMarker() !== undefined && isProduction()
}

/** In production, no landscape counts. */
function reasonOf(source: Source): readonly [string, string] {
  return source === 'nowhere' && isProduction() ? NOT_BOUND : REASONS[source]
}

const NOT_BOUND = [
  'no service is bound here',
  'Bind services (cds bind --exec -- npx cds-principal doctor --profile production), or add --vcap <file> (cf env <app>).'
] as const

const REASONS: Readonly<Record<Source, readonly [string, string]>> = {
  files: ['the environment of the application was not given', 'Add --vcap <file> (cf env <app>).'],
  nowhere: [
    'no service is bound here, and no emulated landscape runs',
    'Start "cds watch", or bind services (cds bind --exec -- npx cds-principal doctor --profile hybrid).'
  ],
  environment: ['', ''],
  landscape: ['', '']
}

/** Returns `cds.requires.auth`, with the credentials of the binding where CAP did not find them by the kind. */
function authOf(requires: Json, bindings: readonly Service[] = []): AuthOptions {
  const auth = asJson(requires['auth']) as unknown as AuthOptions
  const issuer = bindings.find(({ label }) => label === 'xsuaa' || label === 'identity')
  if (auth.credentials ?? !issuer) return auth
  return { ...auth, credentials: issuer.credentials as never }
}

const REMOTE = /^(odata|rest|hcql)/

/** Returns the required services that are called; without configuration one for each exported destination. */
function usedServices(
  requires: Json,
  exported: readonly ExportedDestination[] = []
): UsedService[] {
  const used = Object.entries(requires).flatMap(([name, value]): UsedService[] => {
    const options = asJson(value)
    const credentials = asJson(options['credentials'])
    const { destination } = credentials
    const isKnown = REMOTE.test(String(options['kind'])) || isAgent(options)
    const isRemote = isKnown || options['onBehalfOf'] !== undefined
    if (name === 'auth' || name === 'kinds' || !(isRemote || destination)) return []
    return [
      { name, options, destination: typeof destination === 'string' ? destination : undefined }
    ]
  })
  if (used.length) return used
  return exported.map(({ name }) => ({ name, options: {}, destination: name }))
}
