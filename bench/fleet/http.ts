import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** Milliseconds after which a client gives up. */
const PATIENCE = 60_000

/** Codes of outcomes: the client has given up, and nginx has answered in place of an instance. */
const TIMEOUT = 'TIMEOUT'
const NGINX = 'nginx'

/** Outcome of a call: a status, or the code of an error when there was no answer. */
export interface Outcome {
  readonly status: number
  readonly code: string
  readonly body: string
}

/** Sends one request on a connection of its own. @param cutAfter - milliseconds after which the client closes the connection */
export function call(
  url: string,
  { method = 'GET', token, body, cutAfter, id }: CallOptions = {}
): Promise<Outcome> {
  return new Promise((done) => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(id && { 'x-correlation-id': id }),
      ...(body && { 'content-type': 'application/json' })
    }
    const lost = ({ code = 'lost' }: NodeJS.ErrnoException) => done({ status: 0, code, body: '' })
    const options = { method, headers, agent: false, timeout: PATIENCE }
    const req = request(url, options, (res) => {
      const { statusCode: status = 0 } = res
      text(res).then((content) => done({ status, code: codeOf(content), body: content }), lost)
    })
    const timer = cutAfter === undefined ? undefined : setTimeout(() => req.destroy(), cutAfter)
    req.on('timeout', () => req.destroy(Object.assign(new Error(), { code: TIMEOUT })))
    req.on('error', lost).on('close', () => clearTimeout(timer))
    req.end(body && JSON.stringify(body))
  })
}

interface CallOptions {
  readonly method?: string
  readonly token?: string
  readonly body?: object | undefined
  readonly cutAfter?: number | undefined
  /** Correlation id, by which the call is in the log of its instance. */
  readonly id?: string
}

export const isGood = ({ status }: Outcome) => status >= 200 && status < 300

/** True if nginx has answered in place of an instance, or nobody has. */
export function isWithoutInstance({ status, body }: Outcome): boolean {
  return status === 0 || /<center>nginx\b/.test(body)
}

/** True if nobody listens. */
export const isRefused = ({ status, code }: Outcome) => status === 0 && code === 'ECONNREFUSED'

/** True if there was no answer in time, from an instance or for nginx: a connection that ends with its process is no such call. */
export function isLate({ status, code }: Outcome): boolean {
  return (status === 0 && code === TIMEOUT) || (status === 504 && code === NGINX)
}

function codeOf(content: string): string {
  return /"code":"([^"]*)"/.exec(content)?.[1] ?? (content.includes('<center>nginx') ? NGINX : '')
}
