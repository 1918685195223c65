import { randomUUID } from 'node:crypto'

import { affectedRows, cap } from '../cap.js'
import { isInTransaction } from '../cap-rows.js'
import { DelegationError } from '../errors.js'
import { now } from './clock.js'
import type { DelegationRecord } from './record.js'
import type { Retention } from './targets.js'

/** Name of the table, in the model file of this package. */
const TABLE = 'cds_principal.Delegations'

/** State of a delegation, besides that it was revoked. */
export type DelegationState = 'open' | 'sent' | 'used' | 'ended' | 'replaced'

/** Entry in the table of delegations. */
export interface DelegationEntry {
  /** Id of the record. */
  readonly txn: string
  /** ID of the row of the queue. */
  readonly jti: string
  /** User id, as the issuer of the user's token names it. */
  readonly author: string
  readonly issuer: string
  readonly tenant: string | null
  readonly service: string
  readonly event: string
  readonly state: DelegationState
  /** Times that the work was begun. */
  readonly attempts: number
  readonly issuedAt: string
  readonly expiresAt: string
  readonly sentAt: string | null
  readonly usedAt: string | null
  readonly revokedAt: string | null
  /** Seed for the ids of repeatable requests. @internal */
  readonly request: string | null
  /** Called services whose answers have confirmed that requests are repeatable, or not. @internal */
  readonly repeatable: string | null
}

const timestamp = (seconds: number) => new Date(seconds * 1000).toISOString()

/**
 * Adds a record. An earlier one of the same row is replaced.
 *
 * @throws {@link DelegationError} `ERR_DELEGATION_REFUSED` if the database has no table of delegations
 * @internal
 */
export async function addEntry(
  record: DelegationRecord,
  tenant: string | undefined
): Promise<void> {
  try {
    await writeEntry(record, tenant)
  } catch (error) {
    if (!isTableMissing(error)) throw error
    throw new DelegationError(
      'ERR_DELEGATION_REFUSED',
      `work for "${record.service}" was queued, and the database has no table of delegations`,
      {
        service: record.service,
        fix: 'Nothing was queued. Deploy again, and upgrade the tenants: the build and the sidecar add it, where they have this package.'
      }
    )
  }
}

/** True for the error of SQLite, PostgreSQL or SAP HANA about a table that is not there. @internal */
export function isTableMissing(error: unknown): boolean {
  const { message } = Object(error) as { message?: unknown }
  return /no such table|relation .* does not exist|invalid table name/i.test(String(message))
}

async function writeEntry(
  { txn, jti, author, service, event, issuedAt, expiresAt }: DelegationRecord,
  tenant: string | undefined
): Promise<void> {
  await cap.run(
    UPDATE.entity(TABLE)
      .set({ state: 'replaced' })
      .where({ jti, state: { in: ['open', 'sent'] } })
  )
  const entry = {
    ...{ txn, jti, service, event, tenant: tenant ?? null },
    ...{ author: author.userId, issuer: author.issuer, state: 'open', attempts: 0 },
    ...{ issuedAt: timestamp(issuedAt), expiresAt: timestamp(expiresAt) }
  }
  await cap.run(INSERT.into(TABLE).entries(entry))
}

/** Returns the entry of a record. @internal */
export async function findEntry(txn: string): Promise<DelegationEntry | undefined> {
  const found = await cap.run(SELECT.one.from(TABLE).where({ txn }))
  return (found ?? undefined) as DelegationEntry | undefined
}

/** Records that the time of a delegation is over, so that it stays over. @internal */
export async function endEntry(txn: string): Promise<void> {
  await cap.run(
    UPDATE.entity(TABLE)
      .set({ state: 'ended' })
      .where({ txn, state: { in: ['open', 'sent'] } })
  )
}

/** Mark of an attempt: what the ids of its requests are made of, and the time of the first. */
export interface SentMark {
  readonly request: string
  readonly sentAt: string
}

/** Creates the mark of an attempt; one that repeats another has the same. @internal */
export function markFor({ state, request, sentAt }: DelegationEntry): SentMark {
  const isRepeated = state === 'sent' && request && sentAt
  return isRepeated ? { request, sentAt } : { request: randomUUID(), sentAt: timestamp(now()) }
}

/**
 * Marks that calls of an attempt are sent from now on, in a transaction of its own that is committed when this returns.
 *
 * @param entry - as it was found when the work was selected: nobody else may have begun it since
 * @returns false if somebody has, or if the delegation was revoked
 * @internal
 */
export async function markSent(
  { txn, state, attempts }: DelegationEntry,
  mark: SentMark,
  tenant: string | undefined
): Promise<boolean> {
  const query = UPDATE.entity(TABLE)
    .set({ ...mark, state: 'sent', attempts: attempts + 1 })
    .where({ txn, state, attempts, revokedAt: null })
  const done = await inOwnTransaction(tenant, () => cap.run(query))
  return affectedRows(done) === 1
}

/** State of an entry as one attempt knows it. */
export interface AttemptState {
  readonly txn: string
  readonly state: DelegationState
  readonly attempts: number
  /** Seed of the attempt's mark; `undefined` if it has sent nothing. */
  readonly request: string | undefined
}

/**
 * Holds the entry of an attempt that has failed, until the end of the current transaction.
 *
 * @param isOpenAgain - true if the attempt has certainly done nothing
 * @returns false if another attempt has begun since, or the work is done, replaced or over
 * @internal
 */
export async function holdEntry(
  { txn, state, attempts, request }: AttemptState,
  isOpenAgain: boolean
): Promise<boolean> {
  const query = UPDATE.entity(TABLE)
    .set({ state: isOpenAgain ? 'open' : state })
    .where({ txn, state, attempts, ...(request && { request }) })
  return affectedRows(await cap.run(query)) === 1
}

/** States in which an entry can be when work that was begun is done: another process may have given it up meanwhile. */
const NOT_USED: readonly DelegationState[] = ['sent', 'ended', 'replaced']

/**
 * Uses up a delegation, in the current transaction.
 *
 * @param confirmed - called services that were asked for it, with true if all answers have confirmed that requests are repeatable
 * @returns false if it was used already, or another attempt has begun
 * @internal
 */
export async function useEntry(
  { txn, state, attempts, request }: AttemptState,
  confirmed: ReadonlyMap<string, boolean>
): Promise<boolean> {
  const own = request ? { request, state: { in: NOT_USED } } : { state, attempts }
  const answers = Array.from(confirmed, ([service, isConfirmed]) => answerOf(service, isConfirmed))
  const repeatable = answers.join('') || null
  const query = UPDATE.entity(TABLE)
    .set({ state: 'used', usedAt: timestamp(now()), repeatable })
    .where({ txn, ...own })
  return affectedRows(await cap.run(query)) === 1
}

/** In hexadecimal digits a name has no wildcard of LIKE. */
function answerOf(service: string, answer: boolean | '_'): string {
  return `,${Buffer.from(service).toString('hex')}=${String(answer).slice(0, 1)}`
}

/** True if the last answers of a called service have confirmed that requests are repeatable. @internal */
export async function hasConfirmed(service: string, tenant: string | undefined): Promise<boolean> {
  const repeatable = { like: `%${answerOf(service, '_')}%` }
  const query = SELECT.one
    .from(TABLE)
    .columns('repeatable')
    .where({ tenant: tenant ?? null, state: 'used', repeatable })
    .orderBy('usedAt desc')
  const found = (await cap.run(query)) as Pick<DelegationEntry, 'repeatable'> | undefined
  return Boolean(found?.repeatable?.includes(answerOf(service, true)))
}

/** Returns the latest time in the table, in seconds since the epoch. @internal */
export async function latestTime(): Promise<number> {
  const query = SELECT.one.from(TABLE).columns('issuedAt').orderBy('issuedAt desc')
  const found = (await cap.run(query)) as Pick<DelegationEntry, 'issuedAt'> | undefined
  return found ? Date.parse(found.issuedAt) / 1000 : 0
}

/** Condition for entries. */
export type EntryFilter = Readonly<Record<string, unknown>>

/** Revokes delegations that are not used yet; returns their number. @internal */
export async function revokeEntries(filter: EntryFilter): Promise<number> {
  const open = { revokedAt: null, state: { in: ['open', 'sent'] } }
  const query = UPDATE.entity(TABLE)
    .set({ revokedAt: timestamp(now()) })
    .where({ ...filter, ...open })
  return affectedRows(await cap.run(query))
}

/** Returns delegations, the latest first. @internal */
export async function listEntries(filter: EntryFilter, limit: number): Promise<DelegationEntry[]> {
  const query = SELECT.from(TABLE).where(filter).orderBy('issuedAt desc').limit(limit)
  return (await cap.run(query)) as DelegationEntry[]
}

/** Deletes the entries of some services that ended some time ago. @internal */
export async function deleteEntries({ service, seconds }: Retention): Promise<void> {
  const expiresAt = { '<': timestamp(now() - seconds) }
  await cap.run(DELETE.from(TABLE).where({ service, expiresAt }))
}

/** Reads in the transaction that is open already: the pool may have no connection for another one. @internal */
export function readNow<T>(tenant: string | undefined, work: () => Promise<T>): Promise<T> {
  return isInTransaction(tenant) ? work() : inOwnTransaction(tenant, work)
}

/** Runs work in a transaction of its own, as the application itself. @internal */
export function inOwnTransaction<T>(
  tenant: string | undefined,
  work: () => Promise<T>
): Promise<T> {
  return cap.tx({ tenant, user: cap.User.privileged }, work)
}
