import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import type { HttpAnswer, HttpCall } from './http-call.js'
import { isGood, withoutStream } from './response-body.js'

/**
 * True if an answer is a success: `validateStatus` decides, as in axios. An HTML page is no success
 * if the request did not ask for one: it is a logon page for a browser.
 *
 * @internal
 */
export function isSuccess(
  outcome: HttpAnswer | Error,
  call: HttpCall | undefined,
  config: HttpRequestConfig
): outcome is HttpAnswer {
  return !(outcome instanceof Error) && isAccepted(outcome, call, config)
}

/**
 * Reads the body of an answer that is no success: nobody else would, and as a stream it would keep
 * its connection.
 *
 * @internal
 */
export async function completed(
  answer: HttpAnswer,
  call: HttpCall | undefined,
  config: HttpRequestConfig
): Promise<HttpAnswer> {
  if (!call || isAccepted(answer, call, config)) return answer
  return { ...answer, data: await withoutStream(answer.data, call) }
}

function isAccepted(
  { status, headers }: HttpAnswer,
  call: HttpCall | undefined,
  config: HttpRequestConfig
): boolean {
  const good = isGood(status)
  const { validateStatus } = config as { validateStatus?: ((status: number) => boolean) | null }
  if (!(validateStatus === undefined ? good : (validateStatus?.(status) ?? true))) return false
  if (!good || !String(headers['content-type']).includes('text/html')) return true
  return /text\/html|text\/\*|\*\/\*/.test(call?.headers['accept'] ?? '')
}
