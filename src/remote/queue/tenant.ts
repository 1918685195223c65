import cds from '@sap/cds'

import { cap, contextOf } from '../../cap.js'
import { logWarning } from '../../lib/log.js'

/** Tenant of the first message of an own event, and whether another one was seen. */
let first: string | undefined
let warned = false

/**
 * Warns, once, when events of the application's own services are queued by several tenants into one table. CAP handles all of
 * them in the tenant whose turn it is: for calls of remote services that is set right, handlers of an application run as
 * they are called. Neither a binding for many tenants nor a queue says that this will happen, so it is told when it does.
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
      'services only. See docs/background.md.'
  )
}

/**
 * The context in which a message of the persistent queue is processed, where the current one is of another tenant than the
 * one who has queued it. CAP takes the tenant whose queue is processed; where tenants share a database, the messages of all
 * of them are in that queue.
 *
 * @returns nothing for what was not queued, and where the tenant is right
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

/** The service for which a call was queued, by the call. */
const services = new WeakMap<object, cds.Service>()

/**
 * The service that has to send a call: mostly the one that is asked. CAP's in-memory queue keeps what a request queues in one
 * list, and gives all of it to the service that was queued first: with another destination, and as another principal.
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
