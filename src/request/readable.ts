import type { IncomingMessage } from 'node:http'

import { RequestError } from '../errors.js'

/**
 * Refuses what CAP can't read: an undecodable path ends in a `URIError` there, which stops the process.
 *
 * @throws {@link RequestError} `ERR_REQUEST_MALFORMED`
 * @internal
 */
export function checkReadable({ url = '' }: IncomingMessage): void {
  if (!url.includes('%')) return
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
  } catch {
    throw new RequestError(
      'ERR_REQUEST_MALFORMED',
      'the path of the request is not UTF-8, percent-encoded'
    )
  }
}
