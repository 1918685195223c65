import { cap } from '../cap.js'
import { type EntryFilter, inOwnTransaction, revokeEntries } from './table.js'

/** Delegations to revoke: those for which all of this is true. */
export interface RevocationFilter {
  /** User id of the author, as the issuer of the user's token names it. Default: all users. */
  readonly user?: string
  /** Tenant of the author. Default: that of the current context; all tenants outside of one. */
  readonly tenant?: string
  /** Only delegations that were issued before this time. Default: all. */
  readonly before?: Date | string
}

/**
 * Revokes delegations that are not used yet: the queued work becomes a dead letter, and nobody else does it. A call that is being sent
 * is not stopped.
 *
 * @example
 * ```ts
 * await revokeDelegations({ user: 'alice@example.com' }) // when a user leaves the company
 * ```
 * @returns the number of delegations that were revoked
 */
export async function revokeDelegations(filter: RevocationFilter = {}): Promise<number> {
  const tenant = filter.tenant ?? cap.context?.tenant
  return inOwnTransaction(tenant, () => revokeEntries(entriesFor({ ...filter, tenant })))
}

/** Returns the condition for the entries of some delegations. @internal */
export function entriesFor({
  user,
  tenant,
  before
}: { [K in keyof RevocationFilter]: RevocationFilter[K] | undefined }): EntryFilter {
  return {
    ...(user !== undefined && { author: user }),
    ...(tenant !== undefined && { tenant }),
    ...(before !== undefined && { issuedAt: { '<': new Date(before).toISOString() } })
  }
}
