import cds from '@sap/cds'

import { cap, contextOf } from '../../cap.js'
import { logWarning } from '../../lib/log.js'

/** Tenant of the first queued message of an own event. */
let first: string | undefined
let warned = false

/**
 * Warns once when several tenants queue events of the application's own services into one table.
 * CAP handles all messages in the tenant whose turn it is. For calls of remote services this
 * package corrects that; handlers of an application run in the wrong tenant. Neither the binding
 * nor the queue shows it earlier.
 *
 * @param name - of the service whose event is queued
 * @see `@sap/cds/libx/queue/processing.js`, `_processTasks`
 * @internal
 */
export function recordTenant(name: string | undefined, tenant: unknown): void {
  if (warned || typeof tenant !== 'string' || !name || cds.env.requires.multitenancy) return
  const { services } = cap
  if (!(services[name] instanceof cds.ApplicationService)) return
  first ??= tenant
  if (tenant === first) return
  warned = true
  logWarning(
    `events of "${name}" are queued by several tenants, which share one queue: CAP runs their handlers in the tenant whose ` +
      'turn it is, whoever has sent them. Set "cds": { "requires": { "multitenancy": true } }, or queue calls of remote ' +
      'services only (docs/background.md of the emulator).'
  )
}

/**
 * Returns the context for a message of the persistent queue, if the current one is of another
 * tenant than that of the sender. CAP takes the tenant whose queue is processed; if tenants share a
 * database, that queue has the messages of all of them.
 *
 * @returns `undefined` if the request was not queued, or the tenant is right
 * @see `@sap/cds/libx/queue/processing.js`, `_processTasks`
 * @internal
 */
export function contextOfMessage(req: cds.Request): cds.EventContext | undefined {
  const context = contextOf(req)
  const { tenant, user, id } = cds.context ?? {}
  // a request has a real one
  if (!context || context instanceof cds.EventContext || context.tenant === tenant) return undefined
  return new cap.EventContext({ tenant: context.tenant, user, id })
}

/** True for a message of the persistent queue, or a call that was queued in memory. @internal */
export function isQueued(req: cds.Request): boolean {
  const context = contextOf(req)
  return services.has(req) || Boolean(context && !(context instanceof cds.EventContext))
}

/** Services for which calls were queued, by call. */
const services = new WeakMap<object, cds.Service>()

/**
 * Returns the service that has to send a call: in most cases the one that is asked. CAP's in-memory
 * queue gives all calls of a request to the service that was queued first, which has another
 * destination and principal.
 *
 * @param service - that is asked: one, its transaction, or what `cds.queued` has made of it
 * @see `@sap/cds/libx/queue/processing.js`, `queued`
 * @internal
 */
export function senderOf<T extends cds.Service>(service: T, req: cds.Request): T {
  const direct = cds.unqueued(service)
  if (direct !== service) {
    services.set(req, direct)
    return service
  }
  const own = services.get(req) as T | undefined
  return own && own.name !== service.name ? own : service
}
