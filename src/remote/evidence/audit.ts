import cds from '@sap/cds'

import { logWarning } from '../../lib/log.js'
import { codeOf, kindOf } from './code.js'
import type { PrincipalCall } from './call.js'

/** The service of `@cap-js/audit-logging`. */
const AUDIT_LOG = 'audit-log'

/** As far as it is used here. */
interface AuditLog {
  log(event: 'SecurityEvent', entry: object): Promise<unknown>
}

/**
 * Writes a refused call to the audit log, where the application has one (`@cap-js/audit-logging`): as a security event of
 * the user who was current, in a transaction of its own, because that of the request is rolled back.
 *
 * @see https://github.com/cap-js/audit-logging
 * @internal
 */
export function auditRefusal(call: PrincipalCall): void {
  const required = cds.env.requires as Record<string, { kind?: string; impl?: string } | undefined>
  const configured = required[AUDIT_LOG]
  if (call.outcome !== 'refused' || call.service === AUDIT_LOG) return
  if (!configured?.kind && !configured?.impl) return
  const { user, tenant, http } = cds.context ?? {}
  const ip = (http?.req as { ip?: string } | undefined)?.ip
  const { correlationId, service, destination, authentication, onBehalfOf, code, principal } = call
  const data = {
    action: 'remote call refused',
    ...{ code, service, destination, authentication, onBehalfOf, principal, correlationId }
  }
  const write = async () => {
    const auditLog = (await cds.connect.to(AUDIT_LOG)) as unknown as AuditLog
    await auditLog.log('SecurityEvent', { data, ...(ip && { ip }) })
  }
  const job = cds.spawn({ user, tenant }, () => write().catch(withoutWords))
  job.on('failed', ((error: unknown) => {
    logWarning(`a refused call could not be written to the audit log (${kindOf(error)})`)
  }) as never)
}

/** CAP prints what a background job throws; errors of HTTP libraries hold requests, with credentials and what was written. */
function withoutWords(error: unknown): never {
  const code = codeOf(error)
  throw Object.assign(new Error(`the audit log has not taken a security event (${code})`), { code })
}
