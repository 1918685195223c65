import cds from '@sap/cds'
import express, { type RequestHandler } from 'express'

/** A request in a `$batch`, as it is in the JSON format, not yet validated. */
interface BatchRequest {
  method?: unknown
  atomicityGroup?: unknown
}

/**
 * Refuses a `$batch` with a change set ("atomicity group") of several requests: all of them shall happen, or none.
 * What one of them has changed in S/4 can't be undone when the next one fails. So nothing of it is begun.
 */
export function changeSets(): RequestHandler {
  const { server } = cds.env as unknown as { server: { body_parser?: object } }
  const readBody = express.text({ ...server.body_parser, type: ['json', 'multipart/mixed'] })
  return express.Router().use('/\\$batch', authenticated, readBody, (req, _res, next) => {
    const isJson = req.get('content-type')?.includes('application/json')
    const requests = isJson ? requestsInJson(req.body) : requestsInMultipart(req.body)
    next(haveChangeSetOfSeveral(requests) ? refusal() : undefined)
  })
}

/** For everybody else CAP's 401 comes after this. */
const authenticated: RequestHandler = (_req, _res, next) =>
  next(cds.context?.user.is('authenticated-user') ? undefined : 'router')

/** Reads among themselves have nothing to undo. */
function haveChangeSetOfSeveral(requests: BatchRequest[]): boolean {
  const sets = Map.groupBy(requests, ({ atomicityGroup }) => atomicityGroup)
  sets.delete(undefined)
  return [...sets.values()].some((set) => set.length > 1 && !set.every(isRead))
}

function isRead({ method }: BatchRequest): boolean {
  return typeof method === 'string' && method.toUpperCase() === 'GET'
}

/** CAP refuses what is no batch at all; but a request that is `null` ends the process. */
function requestsInJson(body: unknown): BatchRequest[] {
  const { requests } = (parsed(String(body)) ?? {}) as { requests?: unknown }
  if (!Array.isArray(requests)) return []
  if (requests.includes(null)) throw error(400, '400', 'A request in the batch is null.')
  return requests as BatchRequest[]
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** A change set is a part of type multipart, with a boundary of its own. */
function requestsInMultipart(body: unknown): BatchRequest[] {
  const requests: BatchRequest[] = []
  const open: string[] = []
  for (const line of String(body).split(/\r?\n/)) {
    const [, boundary] = /^content-type:.*boundary="?([\w'()+,./:=?-]+)/i.exec(line) ?? []
    const [, method] = /^(GET|PUT|POST|PATCH|DELETE) /.exec(line) ?? []
    if (line === `--${open.at(-1) ?? ''}--`) open.pop()
    if (boundary) open.push(boundary)
    if (method) requests.push({ method, atomicityGroup: open.at(-1) })
  }
  return requests
}

function refusal(): Error {
  const message = 'A change set can have one request only: changes in S/4 cannot be undone.'
  return error(501, 'ERR_CHANGE_SET_UNSUPPORTED', message)
}

function error(status: number, code: string, message: string): Error {
  // CAP tells a client in production nothing about 5xx without $sanitize
  return Object.assign(new Error(message), { status, code, $sanitize: false })
}
