import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'

const LOOPBACK = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/

/** Names that lead to this machine, whoever says them. */
const LOCAL_NAME = /^(localhost|([a-z0-9-]{1,63}\.){1,4}localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * True if a request comes from this machine, and was sent to it by a name of its own: a page that a browser got elsewhere
 * can lead any other name here.
 *
 * @internal
 */
export function isFromThisMachine({ headers, socket }: IncomingMessage): boolean {
  const { remoteAddress = '' } = (socket as Partial<IncomingMessage['socket']> | undefined) ?? {}
  if (!LOOPBACK.test(remoteAddress)) return false
  return isNameOfThisMachine(headers.host ?? '')
}

/** True for a host, with or without a port, that is a name of this machine. @internal */
export function isNameOfThisMachine(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  return LOCAL_NAME.test(name) || name === hostname().toLowerCase()
}
