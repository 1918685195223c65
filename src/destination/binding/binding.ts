import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

import cds from '@sap/cds'
import type { Service } from '@sap-cloud-sdk/connectivity'

import { cap } from '../../cap.js'
import type { RequiredService } from '../../cap-types.js'
import { typedCredentials } from '../../lib/binding-credentials.js'
import { ConfigurationError, DestinationError } from '../../errors.js'
import { isKeyPair, type KeyPair } from '../../lib/lifecycle/key-pair.js'
import { SHORTEST_PAUSE, timeToNextLook } from '../../lib/lifecycle/next-look.js'
import { cloudSdk, letStartFail, withoutBindingWarnings } from '../../lib/lazy.js'
import { checkBinding, hasKey } from './check-binding.js'
import { bindingInFiles } from './secret-files.js'

interface Bindings {
  readonly source: string | undefined
  /** Time at which they are read again: files can be replaced while the process runs. */
  until: number
  readonly services: Map<string, Promise<Service | undefined>>
}

let kept: Bindings = { source: undefined, until: 0, services: new Map() }

/**
 * Millisecond in which the environment was read last: it is long, and does not change within one.
 */
let looked = 0

function current(): Bindings {
  const now = Date.now()
  if (now === looked) return kept
  looked = now
  const source = process.env['VCAP_SERVICES']
  if (source !== kept.source || now > kept.until) {
    kept = { source, until: now + timeToNextLook([]), services: new Map() }
  }
  return kept
}

/**
 * Returns the first binding of a service, cached: the Cloud SDK parses the whole environment for
 * each call.
 *
 * @param label - of the service offering
 * @see `@sap-cloud-sdk/connectivity`, `getServiceBinding`
 * @internal
 */
export function serviceBinding(label: string): Promise<Service | undefined> {
  const bindings = current()
  const kept = bindings.services.get(label)
  if (kept) return kept
  // also for calls that come before it is read
  const read = readBinding(label, bindings)
  bindings.services.set(label, read)
  read.catch(() => bindings.services.delete(label))
  return read
}

/** Bindings by label, as they were read last with a certificate and a key that belong together, or with a secret. */
const usable = new Map<string, Service>()

/** Returns the labels of the bindings that were used. @internal */
export function labelsInUse(): string[] {
  return [...usable.keys()]
}

async function readBinding(label: string, bindings: Bindings): Promise<Service | undefined> {
  const found = await findBinding(label)
  if (!found) return undefined
  const service = isWhole(found) ? found : (formerOf(label, found) ?? found)
  checkBinding(label, service)
  const pause = service === found ? timeToNextLook([service.credentials]) : SHORTEST_PAUSE
  bindings.until = Math.min(bindings.until, Date.now() + pause)
  if (isWhole(service)) usable.set(label, service)
  return service
}

function isWhole({ credentials }: Service): boolean {
  const { certificate, key } = credentials as KeyPair
  return certificate && key ? isKeyPair({ certificate, key }) : hasKey(credentials)
}

/** Returns the binding before its files were replaced, which takes a moment where they are not replaced all at once. */
function formerOf(label: string, { credentials }: Service): Service | undefined {
  const former = usable.get(label)
  return former?.credentials.clientid === credentials.clientid ? former : undefined
}

/** Attempts to read files that are replaced while they are read. */
const ATTEMPTS = 5

/** Returns the first binding of a service as it is, also if it is not complete. @internal */
export async function findBinding(label: string): Promise<Service | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await lookUp(label)
    } catch (error) {
      // Kubernetes removes the former files when the new ones are there: what was listed can be gone
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error
      await turnOfEventLoop()
    }
  }
}

async function lookUp(label: string): Promise<Service | undefined> {
  const { getServiceBinding } = await cloudSdk()
  const ofPlatform = await withoutBindingWarnings(() => getServiceBinding(label))
  const found = ofPlatform ?? bindingInFiles(label) ?? configuredBinding(label)
  return found && { ...found, credentials: typedCredentials(found.credentials) }
}

/**
 * Returns a required service of that label whose credentials are in the configuration, if the
 * environment has none.
 */
function configuredBinding(label: string): Service | undefined {
  const requires: Record<string, RequiredService | undefined> = cap.env.requires
  for (const [name, options] of Object.entries(requires)) {
    const { vcap, credentials } = typeof options === 'object' ? options : {}
    if (vcap?.label !== label || !isOfClient(credentials)) continue
    return { name, label, tags: [], credentials }
  }
  return undefined
}

function isOfClient(credentials?: object): credentials is Service['credentials'] {
  return Boolean((credentials as { clientid?: unknown } | undefined)?.clientid)
}

/**
 * Checks at start the bindings that destinations of required services need. A missing binding is
 * reported when it is needed.
 *
 * @throws {@link ConfigurationError} that names the binding and the property
 * @internal
 */
export async function checkBoundServices(
  requires: Readonly<Record<string, unknown>>
): Promise<void> {
  const isNeeded = Object.values(requires).some((options) => {
    const { credentials } = (options ?? {}) as { credentials?: { destination?: unknown } }
    return credentials?.destination !== undefined
  })
  if (!isNeeded) return
  cds.once('listening', letStartFail())
  try {
    for (const label of ['destination', 'connectivity']) await serviceBinding(label)
  } catch (error) {
    if (!(error instanceof DestinationError)) throw error
    const { cause, fix, sent, expected } = error.explanation
    const next = fix?.replace('Nothing was sent. ', '')
    throw new ConfigurationError(cause, { sent, expected, fix: next })
  }
}
