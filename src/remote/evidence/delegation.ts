import type { DelegationRecord } from '../../delegation/record.js'

/** Delegation by which queued work keeps its author. */
export interface CallDelegation {
  /** ID of the row of the queue. */
  readonly jti: string
  /** User id of the author. */
  readonly author: string
  /** ISO timestamp. */
  readonly issuedAt: string
  /** ISO timestamp. */
  readonly expiresAt: string
  /** Number of the attempt, from 1; 0 when the delegation is issued. */
  readonly attempt: number
}

/** @param attempt - number of the attempt; 0 when the delegation is issued @internal */
export function delegationFacts(record: DelegationRecord, attempt: number): CallDelegation {
  const { jti, author, issuedAt, expiresAt } = record
  const [issued = '', end = ''] = [issuedAt, expiresAt].map((s) => new Date(s * 1000).toISOString())
  return { jti, author: author.userId, issuedAt: issued, expiresAt: end, attempt }
}
