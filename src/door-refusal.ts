import type { IncomingMessage, ServerResponse } from 'node:http'

import cds from '@sap/cds'

import { forbid } from './request/response.js'
import { lacksServiceRole, type RoleHolder } from './user/missing-role.js'

type ErrorMiddleware = (
  error: unknown,
  req: IncomingMessage & { readonly baseUrl?: string },
  res: ServerResponse,
  next: (error: unknown) => void
) => void

/** Documented, and not in CAP's types. */
interface Middlewares {
  readonly after: ErrorMiddleware[]
}

/**
 * Gives constant text to clients whom CAP keeps out of a service as a whole: CAP's own names the user and the roles. CAP
 * decides, after all of `cds.middlewares.before`, by the user as he is then.
 *
 * @see https://cap.cloud.sap/docs/node.js/cds-serve#cds-middlewares
 * @internal
 */
export function concealServiceRoles(): void {
  const { after } = (cds as unknown as { middlewares: Middlewares }).middlewares
  if (!after.includes(answerLackOfRoles)) after.unshift(answerLackOfRoles)
}

/** CAP binds it, and express takes it for an error middleware because of its four parameters. */
const answerLackOfRoles: ErrorMiddleware = (error, { baseUrl = '' }, res, next) => {
  const user = cds.context?.user
  if (user && !res.headersSent && namesUser(error, user) && lacksServiceRole(user, baseUrl)) {
    forbid(res)
  } else next(error)
}

/** A middleware of the application that refuses somebody has a text of its own, and keeps it. */
function namesUser(error: unknown, { id }: RoleHolder & { readonly id: string }): boolean {
  const { status, message } = (error ?? {}) as { status?: unknown; message?: unknown }
  return status === 403 && typeof message === 'string' && message.startsWith(`User '${id}'`)
}
