import { json } from 'node:stream/consumers'
import { type Agent, request } from 'node:http'

/** Path of the sample's service for agents. */
export const MCP = '/mcp/maintenance'

/** Content of the result of a tool. */
export interface Content {
  readonly record?: Record<string, unknown>
  readonly records?: Record<string, unknown>[]
  readonly user?: string
  readonly tenant?: string
  readonly error?: {
    readonly status: number
    readonly code: string
    readonly message: string
    readonly target?: string
    readonly details?: {
      readonly code: string
      readonly message: string
      readonly target?: string
    }[]
    readonly nextStep?: string
  }
}

/** An answer to messages, as it is on the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: {
    readonly result?: {
      readonly isError?: boolean
      readonly structuredContent?: Content
      readonly content?: { text: string }[]
      readonly tools?: { name: string }[]
    }
    readonly error?: { readonly code: number; readonly message: string }
  }
}

/** Options of a request with messages. */
interface PostOptions {
  readonly authorization?: string
  readonly headers?: Record<string, string>
  readonly agent?: Agent
  readonly method?: string
}

/** Sends a body to an MCP endpoint, as any client does. */
export function post(url: string, body: unknown, options: PostOptions = {}): Promise<Answer> {
  const { authorization, headers = {}, agent, method = 'POST' } = options
  return new Promise((done, fail) => {
    const own = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(authorization && { authorization }),
      ...headers
    }
    const req = request(url, { method, headers: own, ...(agent && { agent }) }, (res) => {
      const { statusCode: status = 0, headers: answered } = res
      json(res).then(
        (answer) => done({ status, headers: answered, body: answer as Answer['body'] }),
        () => done({ status, headers: answered, body: {} })
      )
    })
    req.on('error', fail).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

/** Returns the message that calls a tool. */
export function callOf(name: string, args?: object, id = 1): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
}

/** Returns the content of a result, whose text says the same. */
export function contentOf({ body: { result } }: Answer): Content {
  const content = result?.structuredContent ?? {}
  expect(JSON.parse(result?.content?.[0]?.text ?? '{}')).toEqual(content)
  expect(result?.isError ?? false).toBe(content.error !== undefined)
  return content
}
