import cds from '@sap/cds'

import { cap } from '../cap.js'
import type { ErrorMiddleware } from '../cap-types.js'
import { forbid } from './response.js'

/**
 * Gives constant text to clients whom CAP keeps out of a service as a whole: CAP's own names the user and the roles. CAP
 * decides, after all of `cds.middlewares.before`, by the user as he is then.
 *
 * @see https://cap.cloud.sap/docs/node.js/cds-serve#cds-middlewares
 * @internal
 */
export function concealServiceRoles(): void {
  const { after } = cap.middlewares
  if (!after.includes(answerLackOfRoles)) after.unshift(answerLackOfRoles)
}

/** CAP binds it, and express takes it for an error middleware because of its four parameters. */
const answerLackOfRoles: ErrorMiddleware = (error, _, res, next) => {
  const user = cds.context?.user
  if (user && !res.headersSent && namesRoles(error, user)) forbid(res, next)
  else next(error)
}

/**
 * True for the error of CAP's own check. A middleware of the application that refuses somebody has a text of its own.
 *
 * @see `@sap/cds`, lib/srv/protocols/http.js, `check_roles`
 */
function namesRoles(error: unknown, { id }: { readonly id: string }): boolean {
  const { status, message } = (error ?? {}) as { status?: unknown; message?: unknown }
  const text = `User '${id}' is lacking required roles: [`
  return status === 403 && typeof message === 'string' && message.startsWith(text)
}
