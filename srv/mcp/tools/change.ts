import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'

import { cap, type Entity, type Service } from '../cap.js'
import { type Change, insertable, isPossible, keysOf, updatable } from './entity.js'
import { changedRecord } from './record.js'
import { inOwnTransaction, reference } from './run.js'
import { isRequired, propertiesOf } from './schema.js'
import { type Arguments, keySchema, objectOf, type ObjectSchema, type Tool } from './tool.js'

/** Returns the tools that change an entity, as far as the model lets clients do that. */
export function changeTools(service: Service, name: string, entity: Entity): Tool[] {
  const all = [createTool, updateTool, deleteTool].map((tool) => tool(service, name, entity))
  return all.filter((tool) => isPossible(entity, tool.name.split('-', 1)[0] as Change))
}

type Maker = (service: Service, name: string, entity: Entity) => Tool

const createTool: Maker = (service, name, entity) => {
  const elements = insertable(entity)
  const required = Object.values(elements).filter((each) => isRequired(each) && !isGenerated(each))
  const names = required.map((each) => each.name)
  return {
    name: `create-${name}`,
    description: `Creates a record of ${name}.`,
    inputSchema: objectOf({ data: objectOf(propertiesOf(elements, cap.model), names) }, ['data']),
    annotations: changes({ destructiveHint: false, idempotentHint: false }),
    call: ({ data: given }: Arguments) =>
      inOwnTransaction(service, async (send) => {
        const data = { ...given }
        const query = { INSERT: { into: reference(entity.name), entries: [data] } }
        return changedRecord(send, entity, await send({ query }), data)
      })
  }
}

const updateTool: Maker = (service, name, entity) => ({
  name: `update-${name}`,
  description: `Changes elements of a record of ${name}; the others stay as they are.`,
  inputSchema: withKey(entity, { data: objectOf(propertiesOf(updatable(entity), cap.model)) }),
  annotations: changes({ destructiveHint: true, idempotentHint: true }),
  call: ({ key = {}, data: given }: Arguments) =>
    inOwnTransaction(service, async (send) => {
      const data = { ...given, ...key }
      const query = { UPDATE: { entity: reference(entity.name, key), data } }
      return changedRecord(send, entity, await send({ query, params: [key] }), data)
    })
})

const deleteTool: Maker = (service, name, entity) => ({
  name: `delete-${name}`,
  description: `Deletes a record of ${name}.`,
  inputSchema: withKey(entity, {}),
  annotations: changes({ destructiveHint: true, idempotentHint: true }),
  call: ({ key = {} }: Arguments) =>
    inOwnTransaction(service, async (send) => {
      const query = { DELETE: { from: reference(entity.name, key) } }
      await send({ query, data: { ...key }, params: [key] })
      return { deleted: key }
    })
})

/** Returns the schema of arguments with the key of a record. */
export function withKey(entity: Entity, others: Record<string, ObjectSchema>): ObjectSchema {
  const properties = { key: keySchema(keysOf(entity), cap.model), ...others }
  return objectOf(properties, Object.keys(properties))
}

/** CAP gives records a UUID. */
function isGenerated({ key, type }: { readonly key?: boolean; readonly type?: string }): boolean {
  return key === true && type === 'cds.UUID'
}

/** Tells clients what a tool does: many ask their user before they call it. */
function changes(hints: ToolAnnotations): ToolAnnotations {
  return { readOnlyHint: false, openWorldHint: false, ...hints }
}
