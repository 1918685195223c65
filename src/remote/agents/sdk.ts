import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'

import { ConfigurationError } from '../../errors.js'

/** Client of MCP, as both generations of its SDK have it. */
export interface McpClient {
  connect(transport: object, options?: McpRequestOptions): Promise<void>
  close(): Promise<void>
  [method: string]: unknown
}

/** Options of a request of MCP. */
export interface McpRequestOptions {
  /** Milliseconds. */
  readonly timeout: number
}

/** The parts of the SDK of MCP that are used here. */
export interface McpSdk {
  readonly Client: new (info: { name: string; version: string }, options: object) => McpClient
  readonly StreamableHTTPClientTransport: new (url: URL, options: { fetch: typeof fetch }) => object
  /** True if the function that calls a tool takes a schema for the result before the options: version 1. */
  readonly takesSchema: boolean
}

/** Client of A2A. */
export interface A2aClient {
  getAgentCard(): Promise<object>
  [method: string]: unknown
}

/** A message of A2A as JSON, and as the SDK has it. */
export interface A2aForm {
  fromJSON(json: unknown): object
  toJSON(message: unknown): object
}

/** The parts of the SDK of A2A that are used here. */
export interface A2aSdk {
  readonly ClientFactory: new (options: object) => {
    createFromUrl(url: string, path?: string): Promise<A2aClient>
  }
  readonly JsonRpcTransportFactory: new (options: object) => object
  readonly DefaultAgentCardResolver: new (options: object) => object
  readonly forms: Readonly<Record<string, A2aForm | undefined>>
}

/**
 * Loads the client of MCP: version 2 of its SDK if the application has it, else version 1.
 *
 * @param service - name of the required service, for the message
 * @throws {@link ConfigurationError} when neither is installed
 * @internal
 */
export function mcpSdk(service: string): McpSdk {
  const current = load('@modelcontextprotocol/client')
  if (current) return { ...current, takesSchema: false } as unknown as McpSdk
  const client = load('@modelcontextprotocol/sdk/client/index.js')
  const transport = load('@modelcontextprotocol/sdk/client/streamableHttp.js')
  if (client && transport) {
    return { ...client, ...transport, takesSchema: true } as unknown as McpSdk
  }
  throw missing(service, 'mcp', '@modelcontextprotocol/client')
}

/**
 * Loads the client of A2A.
 *
 * @param service - name of the required service, for the message
 * @throws {@link ConfigurationError} when it is not installed, or an old version
 * @internal
 */
export function a2aSdk(service: string): A2aSdk {
  const forms = load('@a2a-js/sdk')
  const client = load('@a2a-js/sdk/client')
  // its client of the old protocol shows that it speaks the present one as well
  if (forms && client && load('@a2a-js/sdk/compat/v0_3/client')) {
    return { ...client, forms } as unknown as A2aSdk
  }
  throw missing(service, 'a2a', '@a2a-js/sdk@1')
}

/** Returns the name and version of the application, which servers show in their logs. @internal */
export function applicationInfo(): { name: string; version: string } {
  const { name, version } = (load('./package.json') ?? {}) as { name?: string; version?: string }
  return { name: name ?? 'cds-principal', version: version ?? '0.0.0' }
}

/** Loads a package of the application, or of this package where that is linked. */
function load(name: string): Record<string, unknown> | undefined {
  for (const from of [join(cds.root, 'package.json'), __filename]) {
    const require = createRequire(from)
    try {
      return require(name) as Record<string, unknown>
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  return undefined
}

function missing(service: string, kind: string, name: string): ConfigurationError {
  return new ConfigurationError(
    `cds.requires.${service} is of kind "${kind}", which needs one more package: npm add ${name}`
  )
}
