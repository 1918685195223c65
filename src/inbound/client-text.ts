import { ERROR_CODES, PrincipalError } from '../errors.js'
import { logExplanation } from '../lib/log.js'

/** Context of the transaction that ends with the error. */
interface Context {
  readonly http?: unknown
  readonly user?: unknown
}

/**
 * Handler for the `error` event of served services: what answers an HTTP request says no more than its status. The text
 * for the developer is in the log, and stays on errors that code of the application catches itself.
 *
 * @param context - of the transaction: only that of a protocol adapter has the HTTP request as its own
 * @see https://cap.cloud.sap/docs/node.js/core-services#srv-on-error
 * @internal
 */
export function clientText(error: unknown, context: Context | undefined): void {
  // a failed call of `executeHttpRequest` says what it means beside the shape that code checks
  const { remoteError } = Object(error) as { remoteError?: unknown }
  const own = remoteError ?? error
  if (!context || !Object.hasOwn(context, 'http')) return
  logExplanation(error)
  if (!(own instanceof PrincipalError)) return
  // Work of the system, as of a queue: the reason goes into its table. CAP may have noted an inherited request there.
  if ((context.user as { _is_privileged?: boolean } | undefined)?._is_privileged) return
  // an application that has given it another code tells its clients something of its own
  if (!Object.hasOwn(ERROR_CODES, own.code)) return
  hide(error as Error, { message: own.clientMessage })
  // outside production CAP would tell the client what the remote system has answered
  if ('reason' in own) hide(own, { reason: undefined })
  if (error === own) return
  const nothing = { response: undefined, request: undefined, config: undefined }
  hide(error as Error, { ...nothing, name: own.name, code: own.code, status: own.status })
}

function hide(error: Error, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(error, name, { value, configurable: true, writable: true })
  }
}
