import type cds from '@sap/cds'

/** A tool of an MCP server. */
export interface McpTool {
  readonly name: string
  readonly title?: string
  readonly description?: string
  /** JSON schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly [property: string]: unknown
}

/** Result of a tool. */
export interface McpResult {
  /** True if the tool has failed: the content says why. */
  readonly isError?: boolean
  readonly content: readonly Readonly<{
    type: string
    text?: string
    [property: string]: unknown
  }>[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly [property: string]: unknown
}

/** A required service of kind `mcp`, as `cds.connect.to` returns it. Its events are the methods of MCP. */
export interface McpService extends cds.Service {
  /** Returns all tools that the server has for the current principal. */
  tools(): Promise<McpTool[]>
  /**
   * Calls a tool as the current principal.
   *
   * @param name - of the tool
   * @param parameters - its arguments
   * @returns the result, also that of a tool that has failed (`isError`)
   */
  call(name: string, parameters?: object): Promise<McpResult>
}

/** An object of A2A 1.0 as JSON. */
export type A2aObject = Readonly<Record<string, unknown>>

/** Answer to a message: a task that goes on or has ended, or a message. */
export interface A2aAnswer {
  readonly task?: A2aObject
  readonly message?: A2aObject
}

/** Conversation that a message belongs to. */
export interface A2aConversation {
  readonly contextId?: string
  readonly taskId?: string
}

/** A required service of kind `a2a`, as `cds.connect.to` returns it. Its events are the methods of A2A 1.0. */
export interface A2aService extends cds.Service {
  /** Returns the agent's card. */
  card(): Promise<A2aObject>
  /** Sends a text to the agent, as the current principal. */
  ask(text: string, conversation?: A2aConversation): Promise<A2aAnswer>
}
