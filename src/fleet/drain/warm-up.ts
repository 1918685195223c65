import { setTimeout as wait } from 'node:timers/promises'

import { isInEnvironment } from '../../destination/look-up/find.js'
import { lookUpDestination } from '../../destination/resolve/resolve.js'
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
  }
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
  const open = new Set(warmUpSteps().keys())
  if (!timeout || !open.size) return
  const start = performance.now()
  const failed: string[] = []
  const steps = [...warmUpSteps()].map(async ([name, step]) => {
    await step().catch(() => failed.push(name))
    open.delete(name)
  })
  const timer = new AbortController()
  const late = wait(timeout, undefined, { signal: timer.signal }).catch(() => undefined)
  await Promise.race([Promise.all(steps), late])
  timer.abort()
  const missing = [...failed, ...open]
  const took = `${Math.round(performance.now() - start)} ms`
  if (missing.length) logWarning(`ready after ${took} without ${missing.join(', ')}`)
  else logInfo(`ready after ${took}: ${[...warmUpSteps().keys()].join(', ')}`)
}
