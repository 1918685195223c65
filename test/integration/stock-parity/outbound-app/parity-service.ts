import cds, { type Request } from '@sap/cds'

type Any = Record<string, unknown>

interface Call {
  way: 'cap' | 'sdk'
  target: string
  request: string
}

/** Calls remote systems as an application does, and tells what came of it. */
export class ParityService extends cds.ApplicationService {
  override init() {
    this.on('call', async ({ data, headers }: Request<Call>) => {
      const request = JSON.parse(data.request) as Any
      try {
        const answer = await (data.way === 'cap'
          ? viaCap(data.target, request)
          : viaSdk(data.target, request, String(headers.authorization)))
        return JSON.stringify({ answer })
      } catch (error) {
        return JSON.stringify({ error: data.way === 'cap' ? capError(error) : sdkError(error) })
      }
    })
    return super.init()
  }
}

async function viaCap(target: string, request: Any): Promise<unknown> {
  const remote = await cds.connect.to(target)
  return remote.send(request as never)
}

/** `validateStatus` is a function: the name of one of these stands for it. */
const VALIDATIONS = {
  below400: (status: number) => status < 400,
  any: () => true,
  none: null
}

async function viaSdk(destinationName: string, request: Any, authorization: string) {
  const isOwn = (cds.env.requires.auth as { kind?: string }).kind === 'principal'
  const { executeHttpRequest } = isOwn
    ? await import('cds-principal')
    : await import('@sap-cloud-sdk/http-client')
  const { validateStatus, fetchCsrfToken = false, ...rest } = request
  const config = {
    ...rest,
    ...(validateStatus !== undefined && {
      validateStatus: VALIDATIONS[validateStatus as keyof typeof VALIDATIONS]
    })
  }
  const jwt = isOwn ? {} : { jwt: authorization.replace(/^Bearer /, '') }
  const { status, statusText, headers, data } = await executeHttpRequest(
    { destinationName, ...jwt } as never,
    config as never,
    { fetchCsrfToken: fetchCsrfToken as boolean }
  )
  const { location } = headers as Any
  return { status, statusText, location, data }
}

/** What code looks at that catches errors of CAP's remote services. */
function capError(error: unknown) {
  const { name, message, status, statusCode, code, reason } = error as Any
  const { name: kind, isAxiosError, status: own, code: ownCode, response } = reason as Any
  const { request } = reason as { request?: Any }
  return {
    own: { name, message, status, code },
    statusCode,
    reason: {
      name: kind,
      message: (reason as Error).message,
      isAxiosError,
      status: own,
      code: ownCode,
      request: request && { method: request['method'], url: request['url'] },
      response: response && responseOf(response as Any)
    }
  }
}

/** What code looks at that catches errors of the SAP Cloud SDK. */
function sdkError(error: unknown) {
  const { name, message, isAxiosError, status, code, response, cause, config, request } =
    error as Any
  const { method, baseURL, url } = (config ?? {}) as Any
  return {
    name,
    message,
    isError: error instanceof Error,
    isAxiosError,
    status,
    code,
    isSent: Boolean(request),
    config: { method, baseURL, url },
    cause: cause && { code: (cause as Any)['code'], message: (cause as Error).message },
    response: response && responseOf(response as Any)
  }
}

function responseOf({ status, statusText, headers, body, data }: Any) {
  const { location, 'retry-after': retryAfter, etag, 'content-type': type } = headers as Any
  const { 'x-csrf-token': csrf } = headers as Any
  return { status, statusText, type, retryAfter, etag, location, csrf, body: body ?? data }
}
