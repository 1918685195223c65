import type cds from '@sap/cds'

/** A tool of an MCP server, as `tools/list` of MCP describes it. */
export interface McpTool {
  /** Name for {@link McpService.call}. */
  readonly name: string
  /** Name for people. */
  readonly title?: string
  /** Text that tells a model what the tool does. */
  readonly description?: string
  /** JSON schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly [property: string]: unknown
}

/** Result of a tool. */
export interface McpResult {
  /** True if the tool has failed: the content says why. */
  readonly isError?: boolean
  /** Parts of the result: text, images, resources. */
  readonly content: readonly Readonly<{
    type: string
    text?: string
    [property: string]: unknown
  }>[]
  /** The result as JSON, if the tool has a schema for it. */
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
  /** Task with its state. */
  readonly task?: A2aObject
  /** Message of the agent. */
  readonly message?: A2aObject
}

/** Conversation that a message belongs to. */
export interface A2aConversation {
  /** Id of the conversation, from an earlier answer. */
  readonly contextId?: string
  /** Id of the task that the message goes on with. */
  readonly taskId?: string
}

/** A required service of kind `a2a`, as `cds.connect.to` returns it. Its events are the methods of A2A 1.0. */
export interface A2aService extends cds.Service {
  /** Returns the agent's card. */
  card(): Promise<A2aObject>
  /** Sends a text to the agent, as the current principal. */
  ask(text: string, conversation?: A2aConversation): Promise<A2aAnswer>
}
