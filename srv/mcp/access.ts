import cds from '@sap/cds'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'

import { cap, type Service } from './cap.js'

/** An error of a body parser, or of code behind it. */
interface HttpError {
  readonly status?: number
  readonly type?: string
}

/** Lets in who has one of the roles of the service, as CAP's other protocols do. */
export function checkRoles({ definition }: Service): RequestHandler {
  const { '@requires': required, '@restrict': grants } = definition
  const granted = Array.isArray(grants) ? (grants as { to?: unknown }[]).map(({ to }) => to) : []
  const roles = [required ?? granted].flat(2).filter((role) => typeof role === 'string')
  return (_req, _res, next) => {
    const { user } = cap.context
    const needed = roles.length || isOpen() ? roles : ['authenticated-user']
    if (!needed.length || needed.some((role) => user.is(role))) next()
    else next(user.is('authenticated-user') ? 403 : 401)
  }
}

/** In production, CAP asks for a user where a service asks for no role. */
function isOpen(): boolean {
  const { restrict_all_services: restrictAll } = cap.env.requires.auth ?? {}
  return process.env.NODE_ENV !== 'production' || restrictAll === false
}

/** Answers with an error of JSON-RPC. A 401 is left to CAP; its challenge says where to log on. */
export const answerError: ErrorRequestHandler = (error: HttpError | number, _req, res, next) => {
  const { status = 500, type } = typeof error === 'number' ? { status: error } : error
  if (status === 401) next(error)
  else if (status >= 500) endWithFault(res, error)
  else if (type === 'entity.parse.failed') endWith(res, status, 'Parse error', PARSE_ERROR)
  else endWith(res, status, TEXTS[status] ?? 'Invalid Request')
}

const [PARSE_ERROR, INTERNAL_ERROR, SERVER_ERROR] = [-32700, -32603, -32000]

/** What went wrong here is for the log. */
function endWithFault(res: Response, error: unknown): void {
  cds.log('mcp').error(error)
  endWith(res, 500, 'Internal error', INTERNAL_ERROR)
}

const TEXTS: Readonly<Record<number, string>> = { 403: 'Forbidden', 413: 'Payload Too Large' }

/** Ends a request whose messages are not handled. */
export function endWith(res: Response, status: number, message: string, code = SERVER_ERROR): void {
  res.status(status).json({ jsonrpc: '2.0', error: { code, message }, id: null })
}
