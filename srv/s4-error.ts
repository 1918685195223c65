/** What CAP throws when a remote service did not answer with success. */
interface RemoteError extends Error {
  statusCode?: number
  code?: string
  reason?: { response?: { status?: number; body?: unknown } }
}

/** The error body of an OData V2 service of SAP Gateway. */
interface GatewayError {
  error?: { code?: string; message?: { value?: string } }
}

/**
 * CAP answers 502 to the client whenever S/4 refuses a request. When S/4 refused it for what the client
 * asked for (duplicate, unknown location, no authorization), the client gets S/4's status, code and words.
 */
export function asClientError(error: RemoteError): void {
  const { status = 0, body } = error.reason?.response ?? {}
  const { code, message } = (body as GatewayError | undefined)?.error ?? {}
  if (status < 400 || status > 499 || !code || !message?.value) return
  Object.assign(error, { statusCode: status, code, message: message.value })
  delete error.reason // headers of the request to S/4 are none of the client's business
}
