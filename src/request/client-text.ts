import { ERROR_CODES, PrincipalError } from '../errors.js'

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
  if (!(error instanceof PrincipalError) || !context || !Object.hasOwn(context, 'http')) return
  // Work of the system, as of a queue: the reason goes into its table. CAP may have noted an inherited request there.
  if ((context.user as { _is_privileged?: boolean } | undefined)?._is_privileged) return
  // an application that has given it another code tells its clients something of its own
  if (!Object.hasOwn(ERROR_CODES, error.code)) return
  Object.defineProperty(error, 'message', { value: error.clientMessage, configurable: true })
  // outside production CAP would tell the client what the remote system has answered
  if ('reason' in error)
    Object.defineProperty(error, 'reason', { value: undefined, configurable: true })
}
