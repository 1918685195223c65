import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

import { requireNative } from '../../../emulator/src/lib/native.js'
import { InternetBackend } from '../../support/internet-backend.js'

type Transport =
  import('@modelcontextprotocol/sdk/server/streamableHttp.js').StreamableHTTPServerTransport
const { McpServer } = requireNative(
  '@modelcontextprotocol/sdk/server/mcp.js'
) as typeof import('@modelcontextprotocol/sdk/server/mcp.js')
const { StreamableHTTPServerTransport } = requireNative(
  '@modelcontextprotocol/sdk/server/streamableHttp.js'
) as typeof import('@modelcontextprotocol/sdk/server/streamableHttp.js')

const modern = requireNative(
  '@modelcontextprotocol/server'
) as typeof import('@modelcontextprotocol/server')

/** One message, as the server has understood it. */
export interface McpMessage {
  /** HTTP method, and that of JSON-RPC. */
  readonly method: string
  /** `user_name` of the token; the client for a technical one. */
  readonly user: string
  /** Client that the token was issued to. */
  readonly client: unknown
  readonly token: string
  readonly session: string | undefined
}

/** An MCP server with sessions, which takes tokens of the emulated XSUAA only. */
export class McpBackend extends InternetBackend {
  readonly messages: McpMessage[] = []
  readonly #sessions = new Map<string, Transport>()
  /** Status of all answers, in place of its own. */
  refusal: number | undefined

  readonly #isModern: boolean

  private constructor(isModern: boolean) {
    super()
    this.#isModern = isModern
  }

  /** @param isModern - true for a server of 2026-07-28 only, which has no sessions */
  static async start({ isModern = false } = {}): Promise<McpBackend> {
    const backend = new McpBackend(isModern)
    await backend.listen((req, res) => void backend.#answer(req, res))
    return backend
  }

  /** Ends all sessions, as a restart does. */
  forget(): void {
    this.#sessions.clear()
  }

  /** The users of each session. */
  get usersOfSessions(): string[][] {
    const known = this.messages.filter(({ session }) => session)
    const sessions = Object.values(Object.groupBy(known, ({ session }) => session!))
    return sessions.map((each = []) => [...new Set(each.map(({ user }) => user))])
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, token = ''] = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '') ?? []
    const claims = await this.verified(token).catch(() => undefined)
    if (!claims || this.refusal) {
      res
        .writeHead(this.refusal ?? 401, { 'www-authenticate': 'Bearer error="invalid_token"' })
        .end()
      return
    }
    const body = req.method === 'POST' ? (JSON.parse(await text(req)) as { method?: string }) : {}
    const session = req.headers['mcp-session-id'] as string | undefined
    const user = String(claims['user_name'] ?? claims['azp'])
    const method = [req.method, body.method].join(' ')
    this.messages.push({ method, user, client: claims['azp'], token, session })
    if (this.#isModern) {
      await answerWithoutSession(req, res, { body, user })
      return
    }
    const transport = session ? this.#sessions.get(session) : await this.#opened()
    if (!transport) {
      res.writeHead(404).end()
      return
    }
    const auth = { token, clientId: String(claims['azp']), scopes: [], extra: { user } }
    await transport.handleRequest(Object.assign(req, { auth }), res, body)
  }

  async #opened(): Promise<Transport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, transport)
    })
    const server = new McpServer({ name: 'backend', version: '1.0.0' })
    server.registerTool('whoami', { description: 'Tells who calls' }, ({ authInfo }) => ({
      content: [{ type: 'text', text: String(authInfo?.extra?.['user']) }]
    }))
    server.registerTool('fail', {}, () => {
      throw new Error('it does not work')
    })
    await server.connect(transport)
    return transport
  }
}

/** A request that a server without sessions answers. */
interface Sent {
  readonly body: object
  readonly user: string
}

async function answerWithoutSession(req: IncomingMessage, res: ServerResponse, sent: Sent) {
  const handler = modern.createMcpHandler(
    () => {
      const server = new modern.McpServer({ name: 'backend', version: '1.0.0' })
      server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: sent.user }] }))
      return server
    },
    { legacy: 'reject' }
  )
  const { method = '', headers } = req
  const request = new Request(`https://localhost${req.url ?? ''}`, {
    ...{ method, headers: headers as Record<string, string> },
    ...(method === 'POST' && { body: JSON.stringify(sent.body) })
  })
  const answer = await handler.fetch(request)
  res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
}
