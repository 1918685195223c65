import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'

import { cap, type Element, type Entity, type Operation, type Service } from '../cap.js'
import { withKey } from './change.js'
import { entitiesOf, shortName } from './entity.js'
import { visible } from './record.js'
import { inOwnTransaction, reference } from './run.js'
import { described, isRequired, propertiesOf } from './schema.js'
import { type Arguments, objectOf, type ObjectSchema, READS, type Tool } from './tool.js'

/** Returns the tools for the actions and functions of a service that are bound to no entity. */
export function unboundTools(service: Service): Tool[] {
  return [...service.actions].map((operation) => {
    const name = shortName(operation.name, service)
    return {
      ...{ name, description: descriptionOf(operation, name) },
      inputSchema: withParameters(objectOf({}), operation),
      annotations: annotationsOf(operation),
      call: ({ parameters }: Arguments) =>
        inOwnTransaction(service, async (send) =>
          resultOf(service, operation, await send({ event: name, data: { ...parameters } }))
        )
    }
  })
}

/** Returns the tools for the actions and functions of an entity. */
export function boundTools(service: Service, name: string, entity: Entity): Tool[] {
  return Object.entries(entity.actions ?? {}).map(([event, operation]) => {
    const isForAll = isForCollection(operation)
    return {
      ...{ name: `${event}-${name}`, description: descriptionOf(operation, `${event} of ${name}`) },
      inputSchema: withParameters(isForAll ? objectOf({}) : withKey(entity, {}), operation),
      annotations: annotationsOf(operation),
      call: ({ key, parameters }: Arguments) =>
        inOwnTransaction(service, async (send) => {
          const SELECT = { from: reference(entity.name, key), ...(key && { one: true }) }
          const request = { event, query: { SELECT }, target: entity, params: key ? [key] : [] }
          return resultOf(service, operation, await send({ ...request, data: { ...parameters } }))
        })
    }
  })
}

/** True for an operation that is about all records of its entity. */
function isForCollection({ params = {}, ...operation }: Operation): boolean {
  const isBound = operation['@cds.odata.bindingparameter.collection']
  return Boolean(isBound) || Object.values(params).some((each) => each.items?.type === '$self')
}

function withParameters(schema: ObjectSchema, { params = {} }: Operation): ObjectSchema {
  const own = Object.entries(params).filter(
    ([, { type, items }]) => (items?.type ?? type) !== '$self'
  )
  if (!own.length) return schema
  const required = own.filter(([, each]) => isRequired(each)).map(([name]) => name)
  const parameters = objectOf(propertiesOf(Object.fromEntries(own), cap.model), required)
  const needed = [...(schema.required ?? []), ...(required.length ? ['parameters'] : [])]
  return objectOf({ ...schema.properties, parameters }, needed)
}

function descriptionOf(operation: Operation, name: string): string {
  return described(operation).description ?? `Calls the ${operation.kind} ${name}.`
}

function annotationsOf({ kind }: Operation): ToolAnnotations {
  return kind === 'function' ? READS : { readOnlyHint: false, openWorldHint: false }
}

/** Records in a result have the elements that clients see elsewhere. */
function resultOf(service: Service, { returns }: Operation, result: unknown): object {
  if (!returns || result == null) return {}
  const entity = entityOf(service, returns.items ?? returns)
  if (!entity) return { result }
  const records = [result].flat().map((each) => visible(each, entity))
  return returns.items ? { records } : { record: records[0] }
}

function entityOf(service: Service, { type }: Element): Entity | undefined {
  return [...entitiesOf(service).values()].find(({ name }) => name === type)
}
