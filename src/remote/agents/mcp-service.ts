import { type AgentAddress, AgentService } from './agent-service.js'
import type { McpResult, McpService, McpTool } from './agent-types.js'
import { applicationInfo, type McpClient, mcpSdk } from './sdk.js'
import { unknownMethod } from './failure.js'

/** Methods of MCP by the names of events, and the functions of its client. */
const METHODS: Readonly<Record<string, string>> = {
  'tools/list': 'listTools',
  'tools/call': 'callTool',
  'resources/list': 'listResources',
  'resources/templates/list': 'listResourceTemplates',
  'resources/read': 'readResource',
  'prompts/list': 'listPrompts',
  'prompts/get': 'getPrompt'
}

/** Pages of a list of tools; a server that has more never ends. */
const MAX_PAGES = 100

/** Answer to `tools/list`. */
interface ToolList {
  readonly tools: readonly McpTool[]
  readonly nextCursor?: string
}

/** A client that is connected for one principal. */
interface McpSession {
  readonly client: McpClient
  readonly takesSchema: boolean
  close(): Promise<void>
}

/**
 * Required services of kind `mcp`: MCP servers with streamable HTTP. The credentials of each message are those of the destination for the
 * current principal.
 *
 * @example
 * ```ts
 * const flights = await cds.connect.to('flights')
 * await flights.tools()
 * const { content, isError } = await flights.call('book', { flight: 'LH400' })
 * ```
 * @see https://modelcontextprotocol.io/specification
 */
export class PrincipalMcpService extends AgentService<McpSession> implements McpService {
  /** Returns all tools that the server has for the current principal. */
  async tools(): Promise<McpTool[]> {
    const all: McpTool[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const list: ToolList = await this.send('tools/list', { ...(cursor && { cursor }) })
      all.push(...list.tools)
      cursor = list.nextCursor
      if (!cursor) break
    }
    return all
  }

  /**
   * Calls a tool as the current principal.
   *
   * @param name - of the tool
   * @param parameters - its arguments
   * @returns the result, also that of a tool that has failed (`isError`)
   */
  call(name: string, parameters: object = {}): Promise<McpResult> {
    return this.send('tools/call', { name, arguments: parameters })
  }

  protected override loadClient(): void {
    mcpSdk(this.name)
  }

  protected override async open({ url }: AgentAddress, fetch: typeof globalThis.fetch) {
    const { Client, StreamableHTTPClientTransport, takesSchema } = mcpSdk(this.name)
    const client = new Client(applicationInfo(), { versionNegotiation: { mode: 'auto' } })
    const { timeout } = this
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }), { timeout })
    return { client, takesSchema, close: () => client.close() }
  }

  protected override perform({ client, takesSchema }: McpSession, event: string, data: object) {
    const method = Object.hasOwn(METHODS, event) ? METHODS[event] : undefined
    if (method === undefined) throw unknownMethod(this.name, event, Object.keys(METHODS))
    const { timeout } = this
    const request = client[method] as (...parameters: unknown[]) => Promise<unknown>
    const schema = takesSchema && method === 'callTool' ? [undefined] : []
    return request.call(client, data, ...schema, { timeout })
  }
}

export default PrincipalMcpService
