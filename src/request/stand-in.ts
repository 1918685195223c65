import type { IncomingMessage, ServerResponse } from 'node:http'

/** What hosts put into the place of a response that there is none of, as far as it is used here. */
interface StandIn {
  readonly status?: (code: number) => unknown
  readonly send?: (body: string) => unknown
}

/**
 * True if the host waits for an answer to this request: Express does. Hosts of connections, such as
 * `@cap-js-community/websocket`, run CAP's middlewares with a stand-in, or with a response that has been sent.
 *
 * @internal
 */
export function canAnswer(res: ServerResponse): boolean {
  const { headersSent, hasHeader } = res as Partial<ServerResponse>
  return typeof hasHeader === 'function' && headersSent === false
}

/**
 * Ends a connection with the token that has opened it: what comes over it later would be handled as a user whose token is over.
 *
 * @param expiresAt - seconds since the epoch
 * @internal
 */
export function closeWithToken(
  { headers, socket }: IncomingMessage,
  res: ServerResponse,
  expiresAt: number
): void {
  const close = () => {
    const { status, send } = res as unknown as StandIn
    status?.call(res, 401) // the host's own way, where it has one
    send?.call(res, 'Unauthorized')
    if (headers.upgrade) socket.destroy()
  }
  const timer = setTimeout(close, Math.max(expiresAt * 1000 - Date.now(), 0)).unref()
  ;(socket as Partial<typeof socket> | undefined)?.once?.('close', () => {
    clearTimeout(timer)
  })
}
