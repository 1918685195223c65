import { boundedCache } from '../../lib/telemetry/bounded-cache.js'

/** Tenants that have subscribed in this process. Whoever says so has been authorized before. */
const subscribed = boundedCache<string, true>('subscribed-tenants', { max: 10_000 })

/** Notes a tenant whose first token may come at any moment. @internal */
export function noteSubscribed(tenant: unknown): void {
  if (typeof tenant === 'string') subscribed.set(tenant, true)
}

/** True if the tenant has subscribed in this process. @internal */
export function isSubscribed(tenant: string | undefined): boolean {
  return tenant !== undefined && subscribed.has(tenant)
}
