import { cap } from '../../cap.js'
import { DelegationError } from '../../errors.js'
import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { logFailure } from '../../lib/log.js'
import { Attempt, type Judgement } from '../attempt.js'
import { notBefore, now } from '../clock.js'
import { recordKeys } from '../keys/keys.js'
import {
  parseMessage,
  type Separated,
  separate,
  type StoredMessage,
  withMember
} from './message.js'
import { type QueueRow, tenantOf, workload } from './row.js'
import { type DelegationRecord, ended, invalid, keyIdOf, verifyRecord } from '../record.js'
import { keepAttempt } from '../running.js'
import { endEntry, findEntry, latestTime } from '../table.js'
import { targetOf } from '../targets.js'

/** Verifies the record of a row that is about to be processed: its handler gets a handle in place of it. @internal */
export async function selectRow(row: QueueRow): Promise<void> {
  const stored = row.msg ?? ''
  const found = separate(stored)
  if (!found) return
  const message = parseMessage(found.text)
  const judgement = await judged(row, found, message)
  const attempt = new Attempt(stored, tenantOf(message), judgement)
  keepAttempt(attempt)
  row.msg = withMember(selectedText(found, message, judgement), attempt.handle)
}

/** Returns the message for the handler. One that is no work of an author gets no handler, and CAP makes it a dead letter. */
function selectedText(
  { text, value }: Separated,
  message: StoredMessage | undefined,
  judgement: Judgement
): string {
  const isOurs = targetOf(message?.service, message?.event) !== undefined
  if (isOurs && value) return text
  if ('refusal' in judgement) logFailure(judgement.refusal)
  const { service = '', event = '' } = isOurs && message ? message : NOBODYS
  return JSON.stringify({ service, event, _fromSend: true })
}

/** No service has this name. */
const NOBODYS = { service: 'cds.principal.refused', event: 'refused' }

async function judged(
  row: QueueRow,
  { text, value }: Separated,
  message: StoredMessage | undefined
): Promise<Judgement> {
  const { service = 'a service', event = '' } = message ?? {}
  const target = targetOf(service, event)
  try {
    if (!target) throw invalid(service, 'there is no delegation for this service and event')
    const tenant = tenantOf(message)
    const isForeign = cap.env.requires.multitenancy && tenant !== cap.context?.tenant
    if (isForeign) throw invalid(service, 'it is for another tenant')
    await setClock()
    const keys = await recordKeys(target.credentials, keyIdOf(value))
    const work = { id: row.ID ?? '', tenant, service, event, text }
    const record = await verifyRecord(keys, value, work, { workload: workload(), now: now() })
    return { record, entry: await openEntry(record) }
  } catch (error) {
    if (error instanceof DelegationError) return { refusal: error }
    throw error
  }
}

const clocks = boundedCache<string, true>('tenants-of-queues', { max: 10_000 })

/** Compares the clock of a process with the table, once for each tenant. */
async function setClock(): Promise<void> {
  const tenant = JSON.stringify(cap.context?.tenant ?? null)
  if (clocks.get(tenant)) return
  notBefore(await latestTime())
  clocks.set(tenant, true)
}

async function openEntry({ txn, service, expiresAt }: DelegationRecord) {
  const entry = await findEntry(txn)
  if (!entry) throw invalid(service, 'it is not in the list of delegations')
  if (entry.revokedAt) throw ended(service, 'it was revoked')
  const { state } = entry
  if (expiresAt <= now()) {
    await endEntry(txn)
    throw ended(service, 'its time is over')
  }
  if (state === 'open' || state === 'sent') return entry
  throw ended(service, `it is ${state}`)
}
