import { randomUUID } from 'node:crypto'

import { afterCommit, cap } from '../../cap.js'
import { DelegationError, PropagationError } from '../../errors.js'
import { describe, type NamedUser } from '../../user/principal.js'
import { principalOf } from '../../user/principal-of.js'
import { authorOf } from '../author.js'
import { recordKeys } from '../keys/keys.js'
import { parseMessage, type StoredMessage, withMember } from './message.js'
import type { DelegatedService } from '../options.js'
import { type QueueRow, tenantOf, workload } from './row.js'
import { type DelegationRecord, signRecord } from '../record.js'
import { addEntry } from '../table.js'
import { allTargets, delegationOf, targetOf } from '../targets.js'
import { wayFor } from '../ways.js'

/** Receiver of what happens when work is queued. */
export interface IssueObserver {
  issued(record: DelegationRecord): void
  refused(service: string, error: unknown): void
}

/**
 * Issues a record for a new row of the queue, if its work is delegated. The record becomes a part of the message.
 *
 * @throws {@link DelegationError} `ERR_DELEGATION_REFUSED`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TENANT_MISMATCH`
 * @internal
 */
export async function issueRecord(row: QueueRow, observer: IssueObserver): Promise<void> {
  const message = parseMessage(row.msg ?? '')
  const target = targetOf(message?.service, message?.event)
  if (!message || !target) return
  try {
    const record = await issue(row, message, target)
    // what is rolled back was never issued
    if (record)
      afterCommit(() => {
        observer.issued(record)
      })
  } catch (error) {
    observer.refused(target.name, error)
    throw error
  }
}

async function issue(
  row: QueueRow,
  message: StoredMessage,
  target: DelegatedService
): Promise<DelegationRecord | undefined> {
  const { service = '', event = '' } = message
  const text = row.msg ?? ''
  const author = namedUser(target)
  if (!author) return undefined
  checkTask(message, target)
  const tenant = tenantOf(message)
  checkTenant(target, author, tenant)
  const keys = await recordKeys(target.credentials)
  const known = delegationOf(target.name) ? [target] : allTargets()
  const ways = known.map((each) => [wayFor(each), each] as const)
  const claims = new Set(ways.flatMap(([way, each]) => way.claims?.(each) ?? []))
  const named = authorOf(author, [...claims])
  for (const [way, each] of ways) await way.checkAuthor?.(named, each)
  row.ID ??= randomUUID()
  const work = { id: row.ID, tenant, service, event, text }
  const { jws, record } = await signRecord(keys, work, named, {
    workload: workload(),
    validFor: target.validFor
  })
  checkPlan(row, target, record)
  row.msg = withMember(text, jws)
  // CAP leaves out what counts attempts, so that work of the same name would have those of the work that it replaces
  Object.assign(row, { attempts: 0, lastAttemptTimestamp: null, lastError: null })
  await addEntry(record, tenant)
  return record
}

/** Returns the user who queues; `undefined` for an own event that nobody in person has queued: its handler has no author. */
function namedUser(target: DelegatedService): NamedUser | undefined {
  const principal = principalOf(cap.context?.user)
  if (principal.kind === 'named' && principal.expiresAt > Date.now() / 1000) return principal
  if (!delegationOf(target.name)) return undefined
  const current =
    principal.kind === 'named' ? 'a named user whose token is over' : describe(principal)
  throw new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `a call of "${target.name}" was queued on behalf of a named user, but the current identity is ${current}`,
    {
      service: target.name,
      principal: principal.kind,
      fix: 'Nothing was queued. Queue it while a request of the user is handled.'
    }
  )
}

/** A row for each piece of work: CAP replaces the row of a task of the same name, and repeats one that recurs. */
function checkTask({ event, queue }: StoredMessage, { name }: DelegatedService): void {
  const { task, every } = queue ?? {}
  const isShared = task !== undefined && task === event
  if (!isShared && !every) return
  const what = every ? 'every' : 'schedule without "as"'
  throw new DelegationError(
    'ERR_DELEGATION_REFUSED',
    `work for "${name}" was queued by ${what}, which no single author has asked for`,
    {
      service: name,
      fix: every
        ? 'Nothing was queued. Give recurring work a technical destination.'
        : 'Nothing was queued. Give each piece of work a name of its own: srv.schedule(…).as(cds.utils.uuid()).'
    }
  )
}

/** Refuses work that is planned for a time at which its record is over. */
function checkPlan(
  { timestamp }: QueueRow,
  { name, validFor }: DelegatedService,
  { expiresAt }: DelegationRecord
): void {
  const planned = new Date(timestamp ?? NaN)
  if (!(planned.getTime() >= expiresAt * 1000)) return
  throw new DelegationError(
    'ERR_DELEGATION_REFUSED',
    `work for "${name}" was planned for ${planned.toISOString()}, when its delegation is over: validFor is ${String(validFor)} seconds`,
    {
      service: name,
      fix: 'Nothing was queued. Plan it for an earlier time, or give delegation.validFor a longer one, of at most 30 days.'
    }
  )
}

function checkTenant(
  target: DelegatedService,
  author: NamedUser,
  tenant: string | undefined
): void {
  if (!tenant || !author.tenant || tenant === author.tenant) return
  throw new PropagationError(
    'ERR_TENANT_MISMATCH',
    `a call of "${target.name}" was queued in the context of another tenant than that of the user's token`,
    {
      service: target.name,
      principal: 'named',
      fix: 'Nothing was queued. Use the tenant of the request.'
    }
  )
}
