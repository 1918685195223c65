import { dirname } from 'node:path'
import { types } from 'node:util'

import { cap } from '../cap.js'
import type { ErrorMiddleware } from '../cap-types.js'

/**
 * Answers 400 where CAP stumbles over a query or a record that a client has sent by HCQL or REST: it takes its own TypeError
 * for a bug of the application, and ends the process. What the application's code throws stays what it is.
 *
 * @see `@sap/cds`, lib/srv/middlewares/errors.js; https://cap.cloud.sap/docs/node.js/cds-serve#cds-middlewares
 * @internal
 */
export function answerFaultyQueries(): void {
  const { after } = cap.middlewares
  if (!after.includes(answerFault)) after.unshift(answerFault)
}

/** CAP binds it to the adapter of the protocol; express takes it for an error middleware because of its four parameters. */
const answerFault: ErrorMiddleware = function (
  this: { readonly kind?: string } | undefined,
  error,
  req,
  _res,
  next
) {
  next(isFault(this?.kind ?? protocolAt(req), error) ? badRequest(error) : error)
}

/** The protocol of the endpoint that a request was for: CAP 9 binds the middleware to a router, which does not know. */
function protocolAt(req: object): string | undefined {
  const { baseUrl = '' } = req as { readonly baseUrl?: string }
  const endpoints = cap.service.providers.flatMap((service) => service.endpoints ?? [])
  return endpoints.find(({ path }) => path.toLowerCase() === baseUrl.toLowerCase())?.kind
}

/** The names of errors for which CAP ends the process. */
const OF_PROGRAMS = new Set([
  'TypeError',
  'ReferenceError',
  'SyntaxError',
  'RangeError',
  'URIError'
])

type Status = 'status' | 'statusCode' | 'code'

/** True for an error of a query that the client has written: with HCQL, or with REST, which becomes a query. */
function isFault(protocol: string | undefined, error: unknown): boolean {
  // also of another realm, as in jest
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Node 22 has no Error.isError
  if (!types.isNativeError(error)) return false
  const { name, code, status: own, statusCode } = error as Error & Partial<Record<Status, unknown>>
  const status = own ?? statusCode ?? (Number(code) || 500) // as CAP 9 does
  const isOfQuery = protocol === 'hcql' && status === 500
  const isUnreadable = code === 'ERR_CDS_COMPILATION_FAILURE' // an expression
  const isOfRecord = protocol === 'rest' && (isUnreadable || OF_PROGRAMS.has(name))
  return (isOfQuery || isOfRecord) && isOfCap(error)
}

/** The folder of this package's own code. */
const OWN = dirname(__dirname)

/** True if the code that has thrown it is CAP's or this package's, and not the application's. */
function isOfCap({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^ +at .*[\\/].*:\d+:\d+\)?$/.test(line))
  const own = frames.filter((line) => !/\bnode:/.test(line))
  const frame = own.find((line) => !COMPILER.test(line)) ?? own[0] ?? ''
  return frame.includes(OWN) || OF_CAP.test(frame)
}

/** The compiler of CDS, and CAP's facade of it: applications use it as well. */
const COMPILER = /[\\/]@sap[\\/](cds-compiler|cds[\\/]lib[\\/]compile)[\\/]/

const OF_CAP = /[\\/]node_modules[\\/]@(sap[\\/]cds|cap-js[\\/])/

function badRequest(cause: unknown): Error {
  return Object.assign(new Error('Bad Request', { cause }), { status: 400, code: '400' })
}
