import { cap } from '../../cap.js'
import { logWarning } from '../../lib/log.js'
import { codeOf, kindOf } from './code.js'
import type { PrincipalCall } from './principal-call.js'

/** Name of the service of `@cap-js/audit-logging`. */
const AUDIT_LOG = 'audit-log'

/**
 * Writes a refused call, and each issue and use of a delegation, to the audit log, if the application has one
 * (`@cap-js/audit-logging`). The security event is of the current user, and has a transaction of its own, because that of the
 * request is rolled back.
 *
 * @see https://github.com/cap-js/audit-logging
 * @internal
 */
export function auditCall(call: PrincipalCall): void {
  const required = cap.env.requires
  const configured = required[AUDIT_LOG]
  const action = actionOf(call)
  if (!action || call.service === AUDIT_LOG) return
  if (!configured?.kind && !configured?.impl) return
  const { user, tenant, http } = cap.context ?? {}
  const ip = http?.req.ip
  const { correlationId, service, destination, authentication, onBehalfOf, code, principal } = call
  const { client, actor } = call
  const data = {
    ...{ action, code, service, destination, authentication, onBehalfOf, principal, correlationId },
    ...(client !== undefined && { client }),
    ...(actor !== undefined && { actor }),
    ...(call.delegation && { delegation: call.delegation })
  }
  const write = async () => {
    const auditLog = await cap.connect.to(AUDIT_LOG)
    await auditLog.log('SecurityEvent', { data, ...(ip && { ip }) })
  }
  const job = cap.spawn({ user, tenant }, () => write().catch(withoutMessage))
  job.on('failed', (error) => {
    const what = call.outcome === 'refused' ? 'a refused call' : 'a delegation'
    logWarning(`${what} could not be written to the audit log (${kindOf(error)})`)
  })
}

function actionOf({ outcome, delegation }: PrincipalCall): string | undefined {
  if (outcome === 'refused') return 'remote call refused'
  if (!delegation) return undefined
  return outcome === 'queued' ? 'delegation issued' : 'delegation used'
}

/**
 * Throws an error without the original message: CAP prints errors of background jobs, and errors of
 * HTTP libraries hold requests with credentials.
 */
function withoutMessage(error: unknown): never {
  const code = codeOf(error)
  throw Object.assign(new Error(`the audit log has not taken a security event (${code})`), { code })
}
