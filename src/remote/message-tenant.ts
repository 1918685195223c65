import cds from '@sap/cds'

/** What the queue keeps of the context in which something was queued. */
interface KeptContext {
  readonly tenant?: string
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
  const { context } = req as unknown as { context: KeptContext | undefined }
  const { tenant, user, id } = cds.context ?? {}
  // a request has a real one
  if (!context || context instanceof cds.EventContext || context.tenant === tenant) return undefined
  return new cds.EventContext({ tenant: context.tenant, user, id } as never)
}
