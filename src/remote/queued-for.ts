import cds from '@sap/cds'

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
