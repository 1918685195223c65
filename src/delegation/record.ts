import { createHash, randomUUID } from 'node:crypto'

import { DelegationError } from '../errors.js'
import type { Author } from './author.js'
import { SKEW } from './clock.js'
import { jose } from './keys/jose.js'
import { RECORD_ALGORITHM, type RecordKeys } from './keys/record-keys.js'

/** Type of the JWS: no other token is one, and a record is no other token. */
const TYPE = 'delegation+jwt'

/** Row of the queue that a record is for. */
export interface QueuedWork {
  /** ID of the row. */
  readonly id: string
  /** Tenant of the message. */
  readonly tenant: string | undefined
  readonly service: string
  readonly event: string
  /** Stored message, without a record. */
  readonly text: string
}

/** Verified record: who has asked for which work, and when. */
export interface DelegationRecord {
  /** Id of this record: a row of the queue can get another one. */
  readonly txn: string
  /** ID of the row. */
  readonly jti: string
  readonly author: Author
  readonly service: string
  readonly event: string
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Record with its compact JWS. */
export interface SignedRecord {
  readonly record: DelegationRecord
  readonly jws: string
}

/**
 * Signs the record for a row of the queue.
 *
 * @param workload - application, for the claim `req_wl`
 * @param validFor - seconds
 * @see draft-ietf-oauth-transaction-tokens (the names of the claims)
 * @internal
 */
export async function signRecord(
  { kid, privateKey }: RecordKeys,
  work: QueuedWork,
  author: Author,
  { workload, validFor }: { readonly workload: string; readonly validFor: number }
): Promise<SignedRecord> {
  const issuedAt = Math.floor(Date.now() / 1000)
  const expiresAt = issuedAt + validFor
  const txn = randomUUID()
  const { id, service, event } = work
  const claims = {
    txn,
    jti: id,
    sub: author.userId,
    iat: issuedAt,
    exp: expiresAt,
    scope: 'queue',
    req_wl: workload,
    tctx: contextOf(work, author)
  }
  const jws = await new (jose().CompactSign)(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: RECORD_ALGORITHM, kid, typ: TYPE })
    .sign(privateKey)
  return { jws, record: { txn, jti: id, author, service, event, issuedAt, expiresAt } }
}

/** Parts of a record that have no claim of their own. */
function contextOf({ tenant, service, event, text }: QueuedWork, author: Author) {
  const { issuer, origin, subject, claims, tenant: home, client, actor } = author
  const user = { issuer, origin, subject, tenant: home, client, actor, claims }
  return { tenant: tenant ?? null, service, event, digest: digestOf(text), user }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * Verifies that a record was signed for exactly this row of the queue. Its end is not checked here.
 *
 * @param now - seconds since the epoch
 * @throws {@link DelegationError} `ERR_DELEGATION_INVALID`
 * @internal
 */
export async function verifyRecord(
  keys: RecordKeys,
  jws: string,
  work: QueuedWork,
  { workload, now }: { readonly workload: string; readonly now: number }
): Promise<DelegationRecord> {
  const claims = await verifiedClaims(keys, jws, work.service)
  const { txn, jti, sub, iat, exp, scope, req_wl, tctx } = claims
  const user = tctx.user
  const author: Author = { ...user, userId: sub, tenant: user.tenant }
  const expected = contextOf(work, author)
  const differing = [
    ['row', jti, work.id],
    ['application', req_wl, workload],
    ['purpose', scope, 'queue'],
    ['tenant', tctx.tenant, expected.tenant],
    ['service', tctx.service, expected.service],
    ['event', tctx.event, expected.event],
    ['message', tctx.digest, expected.digest]
  ].find(([, found, known]) => found !== known)
  if (differing) throw invalid(work.service, `it is for another ${String(differing[0])}`)
  if (iat > now + SKEW) throw invalid(work.service, 'it was issued in the future')
  const { service, event } = work
  return { txn, jti, author, service, event, issuedAt: iat, expiresAt: exp }
}

/** Returns the name of the key that a record says it was signed with, before it is verified. @internal */
export function keyIdOf(jws: string): unknown {
  try {
    return jose().decodeProtectedHeader(jws).kid
  } catch {
    return undefined
  }
}

/** Claims of a record; only the holder of a key can make them, so their types are as they were signed. */
interface RecordClaims {
  readonly txn: string
  readonly jti: string
  readonly sub: string
  readonly iat: number
  readonly exp: number
  readonly scope: string
  readonly req_wl: string
  readonly tctx: {
    readonly tenant: string | null
    readonly service: string
    readonly event: string
    readonly digest: string
    readonly user: Omit<Author, 'userId'>
  }
}

async function verifiedClaims(
  keys: RecordKeys,
  jws: string,
  service: string
): Promise<RecordClaims> {
  const { base64url, compactVerify, decodeProtectedHeader } = jose()
  try {
    const { alg, kid, typ, ...others } = decodeProtectedHeader(jws)
    const key = typeof kid === 'string' ? keys.publicKeys.get(kid) : undefined
    if (!key) throw invalid(service, 'its key is not known')
    if (alg !== RECORD_ALGORITHM || typ !== TYPE || Object.keys(others).length) {
      throw invalid(service, 'its header is not that of a record')
    }
    const { payload } = await compactVerify(jws, key, { algorithms: [RECORD_ALGORITHM] })
    // of several spellings of a signature only one is accepted
    const [, , signature = ''] = jws.split('.')
    if (base64url.encode(base64url.decode(signature)) !== signature) throw new TypeError('spelling')
    return JSON.parse(new TextDecoder().decode(payload)) as RecordClaims
  } catch (error) {
    throw error instanceof DelegationError ? error : invalid(service, 'its signature is wrong')
  }
}

/** @param reason - as a part of a sentence about the record @internal */
export function invalid(service: string, reason: string): DelegationError {
  return new DelegationError(
    'ERR_DELEGATION_INVALID',
    `the record of the author of queued work for "${service}" is not accepted: ${reason}`,
    {
      service,
      fix: 'Nothing was sent. Find out who writes to the table of queued messages: docs/errors.md#err_delegation_invalid.'
    }
  )
}

/** @param reason - as a part of a sentence about the delegation @internal */
export function ended(service: string, reason: string): DelegationError {
  return new DelegationError(
    'ERR_DELEGATION_ENDED',
    `the delegation of queued work for "${service}" has ended: ${reason}`,
    { service, fix: 'Nothing was sent. Let the user ask again.' }
  )
}
