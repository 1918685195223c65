import { cap } from '../../cap.js'
import { logWarning } from '../../lib/log.js'
import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { deleteEntries, inOwnTransaction, isTableMissing } from '../table.js'
import { retentions } from '../targets.js'

/** Milliseconds between two deletions of old entries. */
const EVERY = 3_600_000
const tidied = boundedCache<string, { readonly at: number }>('tenants-of-queues', { max: 10_000 })

/**
 * Deletes the entries of the current tenant whose retention is over, once an hour, in a transaction of its own. It never fails: what it
 * leaves, the next one deletes.
 *
 * @internal
 */
export async function deleteOldEntries(): Promise<void> {
  const tenant = cap.env.requires.multitenancy ? cap.context?.tenant : undefined
  const key = JSON.stringify(tenant ?? null)
  if (Date.now() - (tidied.get(key)?.at ?? 0) < EVERY) return
  tidied.set(key, { at: Date.now() })
  try {
    await inOwnTransaction(tenant, async () => {
      for (const each of retentions()) await deleteEntries(each)
    })
  } catch (error) {
    const { code } = Object(error) as { code?: unknown }
    if (!isTableMissing(error)) logWarning(`old delegations could not be deleted (${String(code)})`)
  }
}

/** Deletes old entries at the start, and regularly; with several tenants, the queue of each one does it when it is processed. @internal */
export function keepRetention(): void {
  if (cap.env.requires.multitenancy || !cap.db) return
  void deleteOldEntries()
  setInterval(() => void deleteOldEntries(), EVERY).unref()
}
