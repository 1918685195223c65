import { cap, currentModel, type Entity, type Service } from '../cap.js'
import { entitiesOf, keysOf, readable } from './entity.js'
import { described, propertiesOf } from './schema.js'
import { type Arguments, objectOf, READS, type Tool } from './tool.js'

/** Returns the tool that says which entities, elements and other tools there are, and who the caller is. */
export function describeTool(service: Service, others: readonly Tool[]): Tool {
  const entities = entitiesOf(service)
  const names = [...entities.keys()]
  return {
    name: 'describe',
    description: `Describes ${service.name}: its entities, their elements, the tools that change them, and the user as whom calls are made.`,
    inputSchema: objectOf({
      ...(names.length && { entities: { type: 'array', items: { type: 'string', enum: names } } })
    }),
    annotations: READS,
    call: ({ entities: wanted }: Arguments) => ({
      service: service.name,
      user: cap.context.user.id,
      ...(cap.context.tenant && { tenant: cap.context.tenant }),
      ...described(service.definition),
      entities: Object.fromEntries(
        [...entities]
          .filter(([name]) => !Array.isArray(wanted) || wanted.includes(name))
          .map(([name, entity]) => [name, describe(name, entity, wanted !== undefined, others)])
      )
    })
  }
}

function describe(
  name: string,
  entity: Entity,
  inDetail: boolean,
  others: readonly Tool[]
): object {
  const tools = others.map((tool) => tool.name).filter((each) => each.endsWith(`-${name}`))
  return {
    ...described(entity),
    ...(tools.length && { tools }),
    ...(inDetail && {
      key: Object.keys(keysOf(entity)),
      elements: propertiesOf(readable(entity), currentModel())
    })
  }
}
