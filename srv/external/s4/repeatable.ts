import type { RequestHandler, Response } from 'express'

/** Headers of repeatable requests: id, time of the first request, and the answer's result. */
const KINDS = {
  // SAP Gateway: "Defining Settings for Idempotent Services"
  'sap-gateway': { id: 'RequestID', first: 'RepeatabilityCreation', result: 'RepeatabilityResult' },
  // OASIS: Repeatable Requests 1.0
  oasis: {
    id: 'Repeatability-Request-ID',
    first: 'Repeatability-First-Sent',
    result: 'Repeatability-Result'
  }
} as const

/** An answer, as it is given to each repetition. */
interface Answer {
  readonly status: number
  readonly headers: ReturnType<Response['getHeaders']>
  readonly body: Buffer
}

/**
 * Executes a change that comes several times with the same id once, as the customized system does. Which headers it knows is an option of
 * the system: S4_REPEATABLE, a list of "sap-gateway" and "oasis". By default it knows none, and ignores them.
 */
export function repeatableRequests(known = process.env['S4_REPEATABLE'] ?? ''): RequestHandler {
  const kinds = known.split(',').flatMap((name) => KINDS[name.trim() as keyof typeof KINDS] ?? [])
  const answers = new Map<string, Promise<Answer>>()
  return (req, res, next) => {
    const kind = kinds.find(({ id, first }) => req.get(id) && req.get(first))
    if (!kind || req.method === 'GET' || req.method === 'HEAD') return next()
    res.setHeader(kind.result, 'accepted')
    const key = JSON.stringify([res.locals['user'].name, kind.id, req.get(kind.id)])
    const earlier = answers.get(key)
    if (!earlier) {
      answers.set(key, recorded(res))
      return next()
    }
    earlier.then(({ status, headers, body }) => {
      for (const [name, value] of Object.entries(headers))
        if (value !== undefined) res.setHeader(name, value)
      res.writeHead(status).end(body)
    }, next)
  }
}

/** Keeps an answer while it is given, also if the client has gone: the change was made. */
function recorded(res: Response): Promise<Answer> {
  const chunks: Buffer[] = []
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const [write, end] = [res.write.bind(res), res.end.bind(res)] as Writers
  return new Promise((done) => {
    res.write = (chunk: unknown, ...rest: unknown[]) => {
      keep(chunk)
      return write(chunk, ...rest)
    }
    res.end = ((chunk: unknown, ...rest: unknown[]) => {
      keep(chunk)
      done({ status: res.statusCode, headers: res.getHeaders(), body: Buffer.concat(chunks) })
      return end(chunk, ...rest)
    }) as typeof res.end
  })
}

type Writers = [(...args: unknown[]) => boolean, (...args: unknown[]) => Response]
