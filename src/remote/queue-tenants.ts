import cds from '@sap/cds'

import { logWarning } from '../log.js'

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
export function noteTenant(name: string | undefined, tenant: unknown): void {
  if (warned || typeof tenant !== 'string' || !name || cds.env.requires.multitenancy) return
  const services = cds.services as Readonly<Record<string, unknown>>
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
