import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** What a service answered. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Record<string, unknown> & { value?: Record<string, unknown>[] }
}

/** A client of the sample with one identity. */
export interface Client {
  get(path: string): Promise<Answer>
  post(path: string, body?: object): Promise<Answer>
  patch(path: string, body: object): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Path and body as they are, also when no URL or JSON can be like that. */
  raw(method: string, path: string, body?: string): Promise<Answer>
  close(): void
}

/**
 * A client with a token, which keeps its connections.
 *
 * @param authorization - value of the `Authorization` header, or none
 */
export function client(url: string, authorization?: string): Client {
  const agent = new Agent({ keepAlive: true })
  const send = (method: string, path: string, body?: object | string): Promise<Answer> =>
    new Promise<Answer>((done, fail) => {
      const headers = {
        ...(authorization && { authorization }),
        ...(body && { 'content-type': 'application/json' })
      }
      const req = request(url, { path, method, agent, headers }, (res) => {
        text(res).then((content) => {
          done({ status: res.statusCode ?? 0, headers: res.headers, body: parsed(content) })
        }, fail)
      })
      req.on('error', (error: NodeJS.ErrnoException) => {
        // the server has closed the idle connection at the same moment: nothing was handled
        const isLost = req.reusedSocket && error.code === 'ECONNRESET'
        if (isLost) send(method, path, body).then(done, fail)
        else fail(error)
      })
      req.end(typeof body === 'string' ? body : body && JSON.stringify(body))
    })
  return {
    get: (path) => send('GET', path),
    post: (path, body = {}) => send('POST', path, body),
    patch: (path, body) => send('PATCH', path, body),
    delete: (path) => send('DELETE', path),
    raw: send,
    close: () => {
      agent.destroy()
    }
  }
}

function parsed(content: string): Answer['body'] {
  try {
    return JSON.parse(content) as Answer['body']
  } catch {
    return { text: content }
  }
}
