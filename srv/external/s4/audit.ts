import type { RequestHandler } from 'express'
import { claimedSubject } from './certificate.js'
import { systemTime } from './system-time.js'
import type { AbapUser } from './users.js'

/** One request as the security audit log shows it. */
export interface AuditEntry {
  at: string
  /** ABAP user, null if nobody was logged on. */
  user: string | null
  /** Subject of the user certificate as received. */
  subject: string | null
  method: string
  /** Path and query as received. */
  path: string
  status: number
}

/** Notes every request, at the latest moment before its answer leaves: whoever has it, finds the entry. */
export function auditLog(): { entries: AuditEntry[]; middleware: RequestHandler } {
  const entries: AuditEntry[] = []
  const middleware: RequestHandler = (req, res, next) => {
    const { method, originalUrl: path } = req
    const header = req.get('ssl_client_cert')
    const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
    res.writeHead = (status: number, ...rest: unknown[]) => {
      const user = (res.locals['user'] as AbapUser | undefined)?.name ?? null
      const subject = header ? claimedSubject(header) : null
      entries.push({ at: systemTime().toISOString(), user, subject, method, path, status })
      return writeHead(status, ...rest)
    }
    next()
  }
  return { entries, middleware }
}
