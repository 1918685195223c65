import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'

import type { Element, Model } from '../cap.js'
import { type Schema, valueSchema } from './schema.js'

/** Arguments of a call, which comply with the schema of the tool, but for `data` and `parameters`. */
export interface Arguments {
  readonly key?: Record<string, unknown>
  readonly data?: Record<string, unknown>
  readonly parameters?: Record<string, unknown>
  readonly [name: string]: unknown
}

/** A tool of an MCP server. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  readonly annotations: ToolAnnotations
  /** Does the work in the current context, and returns what the client gets. */
  readonly call: (args: Arguments) => Promise<object> | object
}

/** A schema of objects that have no other properties. */
export interface ObjectSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, Schema>>
  readonly required?: string[]
  readonly additionalProperties: false
  readonly [keyword: string]: unknown
}

/** Returns the schema of an object with these properties and no others. */
export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  required: string[] = []
): ObjectSchema {
  return { type: 'object', properties, ...(required.length && { required }), ...CLOSED }
}

const CLOSED = { additionalProperties: false } as const

/** Returns the schema of the key of a record. */
export function keySchema(keys: Readonly<Record<string, Element>>, model: Model): ObjectSchema {
  const entries = Object.entries(keys).map(([name, key]) => [name, valueSchema(key, model)])
  return objectOf(Object.fromEntries(entries) as Record<string, Schema>, Object.keys(keys))
}

/** Says to clients that a tool changes nothing. */
export const READS: ToolAnnotations = { readOnlyHint: true, openWorldHint: false }
