import { currentModel, type Entity, type Service } from '../cap.js'
import { isValid, refuseArguments } from '../arguments.js'
import { entitiesOf, keysOf, readable } from './entity.js'
import { inOwnTransaction, joined, reference } from './run.js'
import { type Schema, valueSchema } from './schema.js'
import { type Arguments, objectOf, READS, type Tool } from './tool.js'

/** Records that are read if a client does not say how many. */
const LIMIT = 100

const COMPARISONS: Readonly<Record<string, string>> = {
  ...{ eq: '=', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' }
}
const FUNCTIONS = ['contains', 'startswith', 'endswith']

interface Condition {
  readonly element: string
  readonly operator: string
  readonly value: unknown
}

interface QueryArguments extends Arguments {
  readonly entity: string
  readonly select?: string[]
  readonly where?: Condition[]
  readonly orderBy?: { readonly element: string; readonly descending?: boolean }[]
  readonly limit?: number
  readonly offset?: number
  readonly count?: boolean
}

/** Returns the tool that reads records of any entity. */
export function queryTool(service: Service): Tool {
  const entities = entitiesOf(service)
  const call = async (args: Arguments) => {
    const { entity: name, key } = args as QueryArguments
    const entity = entities.get(name)
    if (!entity) return refuseArguments(`There is no entity "${name}".`)
    const query = queryOf(entity, args as QueryArguments)
    const found = await inOwnTransaction(service, (send) =>
      send({ query, ...(key && { data: { ...key }, params: [key] }) })
    )
    return resultOf(found, args as QueryArguments)
  }
  return {
    name: 'query',
    description: `Reads records of an entity of ${service.name}. The tool "describe" has the elements of each.`,
    inputSchema: objectOf(PROPERTIES([...entities.keys()]), ['entity']),
    annotations: READS,
    call
  }
}

const PROPERTIES = (entities: string[]): Record<string, Schema> => ({
  entity: { type: 'string', enum: entities },
  key: { type: 'object', description: 'key of one record, in place of conditions' },
  select: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'elements' },
  where: {
    type: 'array',
    maxItems: 50,
    description: 'conditions, all of which have to be true',
    items: objectOf(
      {
        element: { type: 'string' },
        operator: { type: 'string', enum: [...Object.keys(COMPARISONS), ...FUNCTIONS] },
        value: { type: ['string', 'number', 'boolean', 'null'] }
      },
      ['element', 'operator', 'value']
    )
  },
  orderBy: {
    type: 'array',
    items: objectOf({ element: { type: 'string' }, descending: { type: 'boolean' } }, ['element'])
  },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: LIMIT },
  offset: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  count: { type: 'boolean', description: 'true for the number of all records that comply' }
})

function queryOf(entity: Entity, args: QueryArguments): object {
  const { key, where = [], orderBy = [], limit = LIMIT, offset = 0, count } = args
  const elements = readable(entity)
  const known = (name: string) =>
    Object.hasOwn(elements, name) ? name : refuseArguments(`There is no element "${name}".`)
  const columns = (args.select ?? Object.keys(elements)).map((name) => ({ ref: [known(name)] }))
  if (key) {
    const SELECT = { one: true, from: reference(entity.name, checkedKey(entity, key)), columns }
    return { SELECT }
  }
  const conditions = where.map((each) => conditionOf(entity, each))
  const order = orderBy.map(({ element, descending }) => ({
    ref: [known(element)],
    sort: descending ? 'desc' : 'asc'
  }))
  return {
    SELECT: {
      ...{ from: reference(entity.name), columns },
      ...(conditions.length && { where: joined(conditions) }),
      ...(order.length && { orderBy: order }),
      limit: { rows: { val: limit }, offset: { val: offset } },
      ...(count && { count })
    }
  }
}

/** Returns a key whose values have the types of the key of the entity. */
function checkedKey(entity: Entity, key: object): Record<string, unknown> {
  const model = currentModel()
  const keys = Object.entries(keysOf(entity))
  const properties = Object.fromEntries(
    keys.map(([name, each]) => [name, valueSchema(each, model)])
  )
  const schema = objectOf(properties, Object.keys(properties))
  return isValid(schema, key) ? { ...key } : refuseArguments('"key" is no key of the entity.')
}

function conditionOf(entity: Entity, { element: name, operator, value }: Condition): unknown[] {
  const elements = readable(entity)
  const element = Object.hasOwn(elements, name) ? elements[name] : undefined
  if (!element) return refuseArguments(`There is no element "${name}".`)
  const isFunction = FUNCTIONS.includes(operator)
  const isText = typeof value === 'string'
  const isPossible = isFunction ? isText : isValid(valueSchema(element, currentModel()), value)
  if (!isPossible && (isFunction || value !== null)) {
    return refuseArguments(`"${name}" can't be compared with that value.`)
  }
  const operands = [{ ref: [name] }, { val: value }]
  if (isFunction) return [{ func: operator, args: operands }]
  return [operands[0], COMPARISONS[operator], operands[1]]
}

function resultOf(found: unknown, { key, limit = LIMIT, offset = 0 }: QueryArguments): object {
  if (key && found == null) throw Object.assign(new Error('404'), { status: 404, code: '404' })
  const records: unknown[] = [found ?? []].flat()
  const { $count: count } = Object(found) as { $count?: number | string }
  return {
    records,
    ...(count !== undefined && { count: Number(count) }),
    ...(!key && records.length === limit && { next: { offset: offset + limit } })
  }
}
