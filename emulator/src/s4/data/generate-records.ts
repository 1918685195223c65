import { type Csn, type Element, entitiesOf, keysOf, pairsOf } from '../model/csn.js'
import { generateValue } from './generate-value.js'

/** A record as it is inserted. */
export type DataRecord = Record<string, unknown>

/** Records of an entity without a parent, and of one that belongs to others: several for each. */
const COUNT = 6
const PER_PARENT = 2

/** A relation between entities: properties of the dependent one that have the values of the principal's keys. */
interface Relation {
  readonly dependent: string
  readonly principal: string
  /** Property of the dependent one, key of the principal. */
  readonly pairs: readonly (readonly [string, string])[]
}

/**
 * Generates records of all entities. Each one that belongs to another is one of an existing record, keys are unique, and the same
 * model gets the same records.
 *
 * @param given - records that exist already, by entity
 * @returns records by entity, without the entities that have records
 */
export function generateRecords(
  csn: Csn,
  given: ReadonlyMap<string, readonly DataRecord[]> = new Map()
): Map<string, DataRecord[]> {
  const entities = new Map(entitiesOf(csn).map(([name, { elements }]) => [name, elements]))
  const relations = relationsOf(entities)
  const records = new Map<string, readonly DataRecord[]>(given)
  const generated = new Map<string, DataRecord[]>()
  for (const name of inOrder([...entities.keys()], relations)) {
    if (records.has(name)) continue
    const elements = entities.get(name) ?? {}
    const parents = relations.filter(({ dependent }) => dependent === name)
    const own = generateOf(csn, name, elements, parents, records)
    records.set(name, own)
    generated.set(name, own)
  }
  return generated
}

function generateOf(
  csn: Csn,
  entity: string,
  elements: Readonly<Record<string, Element>>,
  parents: readonly Relation[],
  records: ReadonlyMap<string, readonly DataRecord[]>
): DataRecord[] {
  const known = parents.filter(({ principal }) => records.get(principal)?.length)
  const count = known.length
    ? Math.max(...known.map(({ principal }) => (records.get(principal)?.length ?? 0) * PER_PARENT))
    : COUNT
  const unique = new Map<string, DataRecord>()
  for (let row = 0; row < count; row++) {
    const record: DataRecord = {}
    for (const [name, element] of Object.entries(elements)) {
      if (element.target) continue
      record[name] = generateValue(csn, element, { entity, element: name, row })
    }
    for (const { principal, pairs } of known) {
      const all = records.get(principal) ?? []
      const parent = all[Math.floor(row / PER_PARENT) % all.length] ?? {}
      for (const [own, key] of pairs) record[own] = parent[key]
    }
    unique.set(JSON.stringify(keysOf(elements).map((key) => record[key])), record)
  }
  return [...unique.values()]
}

/** The end whose properties are all keys is the principal. */
function relationsOf(entities: ReadonlyMap<string, Readonly<Record<string, Element>>>): Relation[] {
  return [...entities].flatMap(([entity, elements]) =>
    Object.entries(elements).flatMap(([name, { target = '', on, cardinality }]) => {
      const other = entities.get(target)
      if (!on || !other || target === entity) return []
      const pairs = pairsOf(name, on)
      const isToMany = cardinality?.max === '*'
      const dependsOnTarget = !isToMany && pairs.every(([, key]) => other[key]?.key)
      if (dependsOnTarget) return [{ dependent: entity, principal: target, pairs }]
      const reverse = pairs.map(([own, key]) => [key, own] as const)
      return isToMany ? [{ dependent: target, principal: entity, pairs: reverse }] : []
    })
  )
}

/** Principals before those that depend on them; in a circle, the first one of the file. */
function inOrder(names: readonly string[], relations: readonly Relation[]): string[] {
  const left = new Set(names)
  const order: string[] = []
  while (left.size) {
    const free = [...left].find((name) =>
      relations.every(({ dependent, principal }) => dependent !== name || !left.has(principal))
    )
    const [next = ''] = free === undefined ? left : [free]
    left.delete(next)
    order.push(next)
  }
  return order
}
