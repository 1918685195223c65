import { AsyncResource } from 'node:async_hooks'

import cds from '@sap/cds'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError
} from '@modelcontextprotocol/sdk/types.js'
import type { Request as HttpRequest } from 'express'

import { checkedArguments } from './arguments.js'
import type { Service } from './cap.js'
import { failureOf } from './failure.js'
import { toolsOf } from './tools/tools.js'
import type { Tool } from './tools/tool.js'

const LOG = cds.log('mcp')

/** Tools of services. They are the same for all users, like the metadata of OData: the service decides about each call. */
const toolsByService = new WeakMap<object, Map<string, Tool>>()

/** The answer to an HTTP request. */
interface HttpAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/**
 * Answers the messages of an HTTP request. Nothing is kept for the next one: each has a server of its own, and comes from the user
 * whose token came with it.
 *
 * @throws 401 if a call needs another token: a client gets a new one, and tries again
 */
export async function answer(service: Service, req: HttpRequest): Promise<HttpAnswer> {
  const unauthorized: unknown[] = []
  const { server } = serverFor(service, unauthorized)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  const response = await transport.handleRequest(webRequest(req), {
    parsedBody: req.body as unknown
  })
  const body = await response.text()
  if (unauthorized.length) throw Object.assign(new Error('Unauthorized'), { status: 401 })
  return { status: response.status, headers: Object.fromEntries(response.headers), body }
}

/** Returns a server for the messages of one request. It calls tools in the context of this request, whatever runs in between. */
function serverFor(service: Service, unauthorized: unknown[]): McpServer {
  const tools = toolsByService.get(service) ?? toolsOf(service)
  toolsByService.set(service, tools)
  const context = new AsyncResource('mcp')
  const one = new McpServer(
    { name: service.name, version: '1.0.0' },
    { capabilities: { tools: { listChanged: false } }, instructions: INSTRUCTIONS }
  )
  one.server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...tools.values()].map(({ call: _, ...tool }) => tool)
  }))
  one.server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: args } }) => {
    const tool = tools.get(name)
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool "${name}".`)
    return context.runInAsyncScope(() => resultOf(tool, args, unauthorized))
  })
  return one
}

const INSTRUCTIONS =
  'Call "describe" first. Each call is made as the user who has logged on: a refusal has a code, and the next step for the user.'

/** Calls a tool. A refusal is a result: the model behind the client has to read it. */
async function resultOf(
  tool: Tool,
  args: unknown,
  unauthorized: unknown[]
): Promise<CallToolResult> {
  try {
    return contentOf(await tool.call(checkedArguments(tool, args)))
  } catch (error) {
    const failure = failureOf(error)
    if (failure.status === 401) unauthorized.push(error)
    else LOG[failure.status < 500 ? 'warn' : 'error'](failure.status, '-', error)
    return { ...contentOf({ error: failure }), isError: true }
  }
}

function contentOf(content: object): CallToolResult {
  const text = JSON.stringify(content)
  return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) as never }
}

/** The body has been read; the host is for the metadata only, which is not made here. */
function webRequest({ method, originalUrl, headers }: HttpRequest): Request {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)])
  const init = { method, headers: Object.fromEntries(entries) as Record<string, string> }
  return new Request(new URL(originalUrl, 'http://localhost'), init)
}
