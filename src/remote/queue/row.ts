import type cds from '@sap/cds'

import { beforeWritesTo, cap } from '../../cap.js'
import { redact } from '../../lib/redact.js'
import { logWarning } from '../../lib/log.js'
import { type Headers, withoutInboundCredentials } from '../../lib/inbound-credential.js'
import { recordTenant } from './tenant.js'

/** Name of CAP's table of queued messages. */
const QUEUE_TABLE = 'cds.outbox.Messages'

/** Parts of a queued message that may hold credentials of the sender. */
interface QueueRow {
  /** Message as JSON. */
  msg?: string | null
  /** Output of `util.inspect` for any error, with all properties that libraries add. */
  lastError?: string | null
  status?: string | null
  /** Time of the last attempt. */
  lastAttemptTimestamp?: unknown
}

/** Message that CAP writes into {@link QueueRow.msg}. */
interface QueuedMessage {
  readonly service?: string
  readonly event?: unknown
  headers?: Headers
  /** Error, in a message about a failure. */
  results?: unknown
  context?: { headers?: Headers; tenant?: unknown; id?: unknown }
}

/**
 * Removes credentials from rows that a database service writes into the table of queued messages, and adds the correlation
 * id and the time at which an attempt begins; a handler for CAP's `connect` event. CAP copies the headers of the HTTP request with the message or
 * its context, and errors of HTTP libraries hold requests.
 *
 * @see https://cap.cloud.sap/docs/node.js/cds-connect
 * @internal
 */
export function keepCredentialsOutOfQueue(service: cds.Service): void {
  // Not `instanceof`: without a database there is no package that has the class.
  if (!(service as { isDatabaseService?: boolean }).isDatabaseService) return
  beforeWritesTo(service, QUEUE_TABLE, clean)
}

function clean(row: QueueRow): void {
  if (row.msg) row.msg = withoutCredentials(row.msg)
  if (row.lastError) row.lastError = withoutSecrets(row.lastError)
  // without it, a row whose process ends in its first attempt is never taken again
  if (row.status === 'processing') row.lastAttemptTimestamp ??= new Date().toISOString()
}

function withoutCredentials(msg: string): string {
  const message = parsed(msg)
  if (!message) return msg
  const { headers, context, service } = message
  recordTenant(service, context?.tenant)
  if (headers) {
    message.headers = withoutInboundCredentials(headers, {}, true)
    const removed = Object.keys(headers).filter((name) => !(name in (message.headers ?? {})))
    if (removed.length) warnOnce(service ?? 'a service', removed)
  }
  // Nobody has put them there: CAP keeps all that it knows of the context.
  if (context?.headers) context.headers = withoutInboundCredentials(context.headers, {}, true)
  const isCorrelated = context !== undefined && correlate(context)
  const isFailure = message.results && String(message.event).endsWith('/#failed')
  if (isFailure) message.results = cleanError(message.results)
  return headers || context?.headers || isCorrelated || isFailure ? JSON.stringify(message) : msg
}

/**
 * Adds the correlation id of the request that queues a message to the context that CAP keeps: it becomes that of the work.
 *
 * @returns true if it was added
 */
function correlate(context: { id?: unknown }): boolean {
  const id: unknown = cap.context?.id
  if (context.id !== undefined || typeof id !== 'string') return false
  context.id = id
  return true
}

/**
 * Parses a message; `undefined` for text that is no JSON, which only code of the application
 * writes.
 */
function parsed(msg: string): QueuedMessage | null | undefined {
  try {
    return JSON.parse(msg) as QueuedMessage | null
  } catch {
    return undefined
  }
}

/** Services whose messages had credentials in their own headers. */
const warned = new Set<string>()

function warnOnce(service: string, removed: string[]): void {
  if (warned.has(service)) return
  warned.add(service)
  logWarning(
    `a message for "${service}" was queued without its header ${removed.join(', ')}: the queue holds no credentials. ` +
      'Let a destination authenticate what the message leads to.'
  )
}

/** Ends of the names of headers, properties and parameters with secrets. */
const SECRET =
  '(?:authorization|authentication|cookie|token|jwt|secret|password|passphrase|assertion|api-?key|client-?cert|rawheaders)'
const SECRET_NAME = new RegExp(`${SECRET}$`, 'i')

/** Pattern of secrets as `util.inspect` and JSON print them: `name: 'value'` or `name: [ 'value', … ]`. */
const PRINTED = new RegExp(`(${SECRET}['"]?: ?)(\\[[^\\]]*\\]|'[^']*'|"[^"]*")`, 'gi')

/** Pattern of secrets in forms, and of cookies in the text of a request. */
const PLAIN = new RegExp(`(${SECRET}=|cookie: )[^&\\s'"\\\\[][^&\\r\\n'"\\\\]*`, 'gi')

function withoutSecrets(text: string): string {
  return redact(text.replace(PRINTED, "$1'***'").replace(PLAIN, '$1***'))
}

/** Returns a copy of an error, of which CAP keeps all properties for the handler of a failure. */
function cleanError(error: unknown): unknown {
  return JSON.parse(JSON.stringify(error), (name, value: unknown) => {
    if (SECRET_NAME.test(name)) return '***'
    return typeof value === 'string' ? withoutSecrets(value) : value
  })
}
