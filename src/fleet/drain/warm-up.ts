import { setTimeout as wait } from 'node:timers/promises'

import { serviceBinding } from '../../destination/binding/binding.js'
import { isInEnvironment } from '../../destination/look-up/find.js'
import { lookUpDestination } from '../../destination/resolve/resolve.js'
import { serviceTokenOf } from '../../destination/tokens/service.js'
import type { DestinationOptions } from '../../destination/look-up/options.js'
import { logInfo, logWarning } from '../../lib/log.js'
import { warmAtStart, warmUpSteps } from '../../lib/lifecycle/warm-up.js'
import type { Requires } from '../../lib/adoption.js'

/** The application itself: the configuration of a destination needs no user. */
const APPLICATION = { kind: 'technical', origin: 'privileged', tenant: undefined } as const

/**
 * Prepares what is fetched at start for required services: their destinations in the application's own tenant, and with them the tokens
 * for the services of the platform. Tenants that have subscribed are as many as they are, and come when they need it.
 *
 * @internal
 */
export function warmDestinations(requires: Requires): void {
  for (const options of Object.values(requires)) {
    const { credentials, destinationOptions = {} } = asOptions(options)
    const name = credentials?.destination
    if (typeof name !== 'string' || isInEnvironment(name)) continue
    const own = { ...destinationOptions, selectionStrategy: 'alwaysProvider' } as const
    warmAtStart(`destination "${name}"`, () => lookUpDestination(name, APPLICATION, own))
    warmAtStart('token of the Connectivity service', fetchConnectivityToken)
  }
}

/** Fetches the token for systems on premise, if there is a binding: the look-up of a destination begins to, and does not wait for it. */
async function fetchConnectivityToken(): Promise<boolean> {
  const service = await serviceBinding('connectivity')
  if (!service) return false
  await serviceTokenOf(service, undefined)
  return true
}

interface Options {
  readonly credentials?: { readonly destination?: unknown }
  readonly destinationOptions?: DestinationOptions
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? value : {}
}

/**
 * Fetches everything at once. A failure stops nothing: a service of the platform that is away must not keep all instances from starting, and
 * the first call fails with its cause.
 *
 * @param timeout - milliseconds
 * @internal
 */
export async function warmUp(timeout: number): Promise<void> {
  const names = [...warmUpSteps().keys()]
  const open = new Set(names)
  if (!timeout || !open.size) return
  const start = performance.now()
  const failed: string[] = []
  const needless = new Set<string>()
  const steps = [...warmUpSteps()].map(async ([name, step]) => {
    const found = await step().catch(() => failed.push(name))
    open.delete(name)
    if (found === false) needless.add(name)
  })
  const timer = new AbortController()
  const late = wait(timeout, undefined, { signal: timer.signal }).catch(() => undefined)
  await Promise.race([Promise.all(steps), late])
  timer.abort()
  const missing = [...failed, ...open]
  const took = `${Math.round(performance.now() - start)} ms`
  if (missing.length) logWarning(`ready after ${took} without ${missing.join(', ')}`)
  else logInfo(`ready after ${took}: ${names.filter((each) => !needless.has(each)).join(', ')}`)
}
