import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'

import { cap, optionsOf } from '../cap.js'
import { delegatedService } from '../delegation/options.js'
import { ConfigurationError } from '../errors.js'
import { logWarning } from '../lib/log.js'
import { handlesPrincipal } from './calls-on-behalf.js'
import { checkNotQueued } from './queue/refusal.js'
import { type CallPolicy, callPolicy, carriesUser } from './policy/options.js'
import type { RemoteOptions } from '../cap-remote-types.js'

/**
 * Checks at start the services in `cds.requires`.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function checkRemoteServices(requires: Readonly<Record<string, unknown>>): void {
  for (const [name, options] of Object.entries(requires)) {
    if (typeof options === 'object' && options && name !== 'kinds') check(name, options)
  }
}

/**
 * Returns the policy of a required service, with which an application starts.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function checkedPolicy(name: string, options: RemoteOptions): CallPolicy {
  const policy = callPolicy(name, options)
  checkNotQueued(name, options)
  delegatedService(name, options)
  if (carriesUser(policy.onBehalfOf)) checkCloudSdk(`cds.requires.${name}.onBehalfOf`)
  return policy
}

function check(name: string, options: RemoteOptions): void {
  checkedPolicy(name, options)
  const { destination, forwardAuthToken } = options.credentials ?? {}
  if (!destination || !forwardAuthToken) return
  logWarning(
    `cds.requires.${name}.credentials.forwardAuthToken has no effect with a "destination": set the property ` +
      `"HTML5.ForwardAuthToken" of destination "${destination}", or use "url"`
  )
}

/**
 * Checks that the implementation of a service with `onBehalfOf` handles it; a handler for CAP's
 * `connect` event. Any other implementation would send calls as another principal, usually as the
 * user of the HTTP request.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export function checkImplementation(service: cds.Service): void {
  const options = optionsOf(service)
  if (!options?.onBehalfOf || 'onBehalfOf' in service || handlesPrincipal(service)) return
  throw new ConfigurationError(
    `cds.requires.${service.name}.onBehalfOf is set, but its implementation does not see to it: extend the class of ` +
      '"cds-principal/remote-service", or call callsOnBehalf(this) of "cds-principal" in init, and what that returns for ' +
      'each call (docs/destinations.md of the emulator).'
  )
}

/**
 * Connects required services with `onBehalfOf` and an implementation of their own, so that one that
 * does not handle it stops the start, and not the first request.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export async function connectForeignServices(
  requires: Readonly<Record<string, unknown>>,
  names: readonly string[]
): Promise<void> {
  for (const name of names) {
    const { impl } = requires[name] as { impl?: unknown }
    if (impl !== 'cds-principal/remote-service') await cds.connect.to(name)
  }
}

/** Packages that CAP loads and that influence the principal of a call. */
const PACKAGES = ['connectivity', 'http-client', 'resilience'] as const

/** First version that does not mix principals on kept-alive connections. */
const OLDEST = [4, 9] as const

/** Folders from which a usable version is found. */
const checked = new Set<string>()

/**
 * Checks that the HTTP client that CAP uses can carry a user: the SAP Cloud SDK, in the version
 * that CAP itself would load. It can be another one than that of this package.
 *
 * @param option - what carries a user, for the message
 * @param root - folder of the `@sap/cds` that runs
 * @throws {@link ConfigurationError}
 * @see `@sap/cds`, `remote/utils/cloudSdkProvider.js`
 * @internal
 */
export function checkCloudSdk(option: string, root = cap.home): void {
  const { remote } = cap.env
  if (remote?.native_fetch) {
    throw new ConfigurationError(
      `${option} carries a user, but cds.remote.native_fetch is true: CAP's own HTTP client can not do that. Remove ` +
        '"native_fetch"; the SAP Cloud SDK comes with this package.'
    )
  }
  if (checked.has(root)) return
  for (const name of PACKAGES) checkVersion(`@sap-cloud-sdk/${name}`, option, root)
  checked.add(root)
}

function checkVersion(name: string, option: string, root: string): void {
  const version = versionOf(name, root)
  if (!version) {
    throw new ConfigurationError(
      `${option} carries a user, but CAP does not find ${name} from ${root}, and so would use its own HTTP client, which ` +
        `can not do that. Add it to the application: npm add ${name}`
    )
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new ConfigurationError(
    `${option} carries a user, but CAP would load ${name} ${version}, which can mix users on kept-alive connections: use ` +
      `${OLDEST.join('.')} or later (npm ls ${name} shows who asks for the old one)`
  )
}

function versionOf(name: string, root: string): string | undefined {
  try {
    const { version } = createRequire(join(root, 'package.json'))(`${name}/package.json`) as {
      version: string
    }
    return version
  } catch {
    return undefined
  }
}
