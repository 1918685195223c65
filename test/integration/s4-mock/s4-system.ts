import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import type { AuditEntry } from '../../../srv/external/s4/audit.js'
import { Authority, type Identity } from './authority.js'

/** An answer of the system. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body, parsed; empty for a body that is not JSON. */
  readonly json: { d: Record<string, any>; error: Record<string, any> }
}

/** What goes with a request. */
export interface Call {
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

type Message =
  | { type: 'listening'; url: string }
  | { type: 'failed'; message: string }
  | { type: 'audit'; id: number; entries: AuditEntry[] }

const serverModule = join(__dirname, '../../../srv/external/s4/server.ts')

/** The S/4 mock in its process, and a Cloud Connector's way of talking to it. */
export class S4System {
  readonly users = new Map<string, Identity>()
  private lastId = 0

  readonly authority: Authority
  private readonly child: ChildProcess
  private readonly url: string
  private readonly agent: Agent

  private constructor(authority: Authority, child: ChildProcess, url: string, agent: Agent) {
    this.authority = authority
    this.child = child
    this.url = url
    this.agent = agent
  }

  /** @param env - options of the system */
  static async start(env: Record<string, string> = {}): Promise<S4System> {
    const authority = await Authority.create()
    const { key, cert } = await authority.issue('CN=localhost')
    const options = { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } }
    const child = fork(serverModule, [], options)
    child.send({ type: 'start', host: '127.0.0.1', tls: { key, cert, ca: authority.cert } })
    const [message] = (await once(child, 'message')) as [Message]
    if (message.type !== 'listening') throw new Error(JSON.stringify(message))
    const connector = await authority.issue('CN=Cloud Connector')
    const agent = new Agent({ ...connector, ca: authority.cert, keepAlive: true })
    return new S4System(authority, child, message.url, agent)
  }

  async stop(): Promise<void> {
    this.agent.destroy()
    const exit = once(this.child, 'exit')
    this.child.disconnect()
    await exit
  }

  /** A request as that user; `path` is relative to the OData services. */
  async as(user: string, method: string, path: string, call: Call = {}): Promise<Answer> {
    const identity = this.users.get(user) ?? (await this.authority.issue(`CN=${user}`))
    this.users.set(user, identity)
    const headers = { ssl_client_cert: identity.header, ...call.headers }
    return this.call(method, `/sap/opu/odata/sap/${path}`, { ...call, headers })
  }

  /** A modifying request as that user, with the token fetched before. */
  async write(user: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = await this.csrf(user, path.split('?')[0])
    return this.as(user, method, path, { headers, body })
  }

  /** Fetches a CSRF token, with the cookies that belong to it. */
  async csrf(user: string, path = 'API_EQUIPMENT'): Promise<Record<string, string>> {
    const { headers } = await this.as(user, 'HEAD', `${path}/`, {
      headers: { 'x-csrf-token': 'Fetch' }
    })
    const cookie = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join(';')
    return { 'x-csrf-token': String(headers['x-csrf-token']), cookie }
  }

  call(method: string, path: string, { headers = {}, body }: Call, agent = this.agent) {
    const isText = typeof body === 'string'
    const content = isText ? body : JSON.stringify(body)
    const type = body === undefined || isText ? {} : { 'content-type': 'application/json' }
    return new Promise<Answer>((resolve, reject) => {
      const options = {
        method,
        agent,
        headers: { accept: 'application/json', ...type, ...headers }
      }
      const answer = (response: IncomingMessage) => {
        const { statusCode: status = 0, headers } = response
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status, headers, text, json: parse(text) }))
      }
      request(this.url + path, options, answer)
        .on('error', reject)
        .end(content)
    })
  }

  async audit(): Promise<AuditEntry[]> {
    const id = ++this.lastId
    const answer = once(this.child, 'message')
    this.child.send({ type: 'audit', id })
    const [message] = (await answer) as [Message]
    return message.type === 'audit' && message.id === id ? message.entries : []
  }
}

function parse(text: string): Answer['json'] {
  try {
    return JSON.parse(text)
  } catch {
    return { d: {}, error: {} }
  }
}

/** The path of an equipment record. */
export function equipmentPath(id: string): string {
  return `API_EQUIPMENT/Equipment(Equipment='${id}',ValidityEndDate=datetime'9999-12-31T00:00:00')`
}

/** The path of a function import for an equipment record. */
export function operationPath(name: string, id: string, location?: string): string {
  const key = `Equipment='${id}'&ValidityEndDate=datetime'9999-12-31T00:00:00'`
  return `API_EQUIPMENT/${name}?${key}${location ? `&FunctionalLocation='${location}'` : ''}`
}
