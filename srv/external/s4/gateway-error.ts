import { randomBytes } from 'node:crypto'
import type { RequestHandler, Response } from 'express'

interface ODataError {
  code?: string
  message?: { lang: string; value: string }
  innererror?: object
}

/** Codes of the framework, for errors that no application code raised. */
const frameworkCodes: Record<string, string> = {
  '404': '/IWBEP/CM_MGW_RT/020',
  '405': '/IWBEP/CM_MGW_RT/021'
}
const otherCode = 'SY/530'

/** Answers with the Gateway's error body. */
export function sendError(res: Response, status: number, code: string, text: string): void {
  const error = { code, message: { lang: 'en', value: text } }
  res.status(status).set('dataserviceversion', '1.0').json({ error })
}

/** Completes every JSON error body to what the Gateway sends: T100 code, application, transaction id, hints. */
export function errorBodies(): RequestHandler {
  return (req, res, next) => {
    const write = res.write.bind(res) as (chunk: unknown, ...rest: unknown[]) => boolean
    const end = res.end.bind(res) as (chunk?: unknown, ...rest: unknown[]) => Response
    const service = /API_\w+/.exec(req.originalUrl)?.[0] ?? ''
    const complete = (chunk: unknown) => {
      if (res.headersSent || res.statusCode < 400 || !isJson(res) || !isText(chunk)) return chunk
      const body = completed(chunk.toString(), service)
      res.set('content-length', String(Buffer.byteLength(body)))
      return body
    }
    res.write = (chunk: unknown, ...rest: unknown[]) => write(complete(chunk), ...rest)
    res.end = ((chunk?: unknown, ...rest: unknown[]) =>
      chunk === undefined ? end() : end(complete(chunk), ...rest)) as typeof res.end
    next()
  }
}

function isJson(res: Response): boolean {
  return String(res.get('content-type')).startsWith('application/json')
}

function isText(chunk: unknown): chunk is string | Buffer {
  return typeof chunk === 'string' || Buffer.isBuffer(chunk)
}

function completed(body: string, service: string): string {
  const { error } = JSON.parse(body) as { error?: ODataError }
  if (!error) return body
  const code = /^\d{3}$/.test(error.code ?? '')
    ? (frameworkCodes[error.code ?? ''] ?? otherCode)
    : error.code
  return JSON.stringify({
    error: { code, message: error.message, innererror: innerError(error, code, service) }
  })
}

function innerError({ message }: ODataError, code: string | undefined, service: string): object {
  return {
    application: {
      component_id: 'PM-EQM',
      service_namespace: '/SAP/',
      service_id: service,
      service_version: '0001'
    },
    transactionid: randomBytes(16).toString('hex').toUpperCase(),
    timestamp: `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}.0000000`,
    Error_Resolution: {
      SAP_Transaction: 'Run transaction /IWFND/ERROR_LOG on SAP Gateway hub system',
      SAP_Note: 'See SAP Note 1797736 for error analysis'
    },
    errordetails: [
      {
        ContentID: '',
        code,
        message: message?.value,
        propertyref: '',
        severity: 'error',
        target: ''
      }
    ]
  }
}
