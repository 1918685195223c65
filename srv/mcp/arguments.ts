import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv-provider.js'

import type { Schema } from './tools/schema.js'
import type { Arguments, Tool } from './tools/tool.js'

const provider = new AjvJsonSchemaValidator()

type Validator = ReturnType<typeof provider.getValidator<unknown>>

const validators = new WeakMap<object, Validator>()
const bySchema = new Map<string, Validator>()

/** True if a value complies with a schema. */
export function isValid(schema: Schema, value: unknown): boolean {
  const text = JSON.stringify(schema)
  const validator = bySchema.get(text) ?? provider.getValidator(schema)
  bySchema.set(text, validator)
  return validator(value).valid
}

/** Parts of the arguments that CAP checks itself, with its own codes, as it does for OData. */
const CHECKED_BY_CAP = ['data', 'parameters']

/**
 * Returns the arguments of a call, if they have the form that the tool asks for. Values of `data` and `parameters` are left to CAP.
 *
 * @throws 400 `ERR_ARGUMENTS_INVALID`
 */
export function checkedArguments(tool: Tool, args: unknown = {}): Arguments {
  const validator = validators.get(tool) ?? provider.getValidator(formOf(tool))
  validators.set(tool, validator)
  const { valid, errorMessage } = validator(args)
  return valid ? (args as Arguments) : refuseArguments(textOf(errorMessage))
}

/** Ajv calls what it checks "data". */
function textOf(message = ''): string {
  return message.replaceAll(/(^|, )data(?:\/| )/g, '$1')
}

/** @throws 400 `ERR_ARGUMENTS_INVALID` */
export function refuseArguments(message: string): never {
  throw Object.assign(new Error(message), { status: 400, code: 'ERR_ARGUMENTS_INVALID' })
}

function formOf({ inputSchema }: Tool): Schema {
  const properties = Object.entries(inputSchema.properties).map(([name, schema]) => [
    name,
    CHECKED_BY_CAP.includes(name) ? { type: 'object' } : schema
  ])
  return { ...inputSchema, properties: Object.fromEntries(properties) as object }
}
