/** The error of an OData V2 service of SAP Gateway. */
interface GatewayError {
  code?: string
  message?: { value?: string } | string
}

/**
 * Why CAP could not get an answer from a remote service: the HTTP client's error, or the error inside of a
 * `$batch`, into which CAP puts a read with a long URL.
 */
interface Reason extends GatewayError {
  status?: number
  response?: { status?: number; body?: unknown }
}

/** What CAP throws when a remote service did not answer with success. */
interface RemoteError extends Error {
  statusCode?: number
  code?: string
  reason?: Reason
}

/**
 * CAP answers 502 to the client whenever S/4 refuses a request. When S/4 refused it for what the client
 * asked for (duplicate, unknown location, no authorization), the client gets S/4's status, code and words.
 */
export function asClientError(error: RemoteError): void {
  const { status = 0, code, message } = refusal(error.reason ?? {})
  const text = typeof message === 'object' && message.value
  if (status < 400 || status > 499 || !code || !text) return
  Object.assign(error, { statusCode: status, code, message: text })
  delete error.reason // headers of the request to S/4 are none of the client's business
}

function refusal(reason: Reason): Reason {
  const { response } = reason
  const { error } = (response?.body ?? {}) as { error?: GatewayError }
  return error ? { ...error, status: response?.status ?? 0 } : reason
}
