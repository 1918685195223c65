import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import type { Segment } from '../condition/types.js'
import type { RestrictedDefinition } from '../model/definition.js'
import {
  type Column,
  type EnforcedRequest,
  type EnforcingService,
  type Select,
  refuse
} from '../request.js'

/** What the paths of a query can begin with. */
export interface Sources {
  /** Its elements. */
  readonly entity: RestrictedDefinition
  /** Names of the query, and of those around it. */
  readonly aliases: ReadonlyMap<string, RestrictedDefinition>
}

/** What a segment of a path stands for. */
export interface Step {
  /** Entity that the element belongs to; none for the name of a query. */
  readonly from?: RestrictedDefinition
  readonly name: string
  readonly element?: Definition | undefined
  /** Entity that the path goes on in, if it changes. */
  readonly target?: RestrictedDefinition | undefined
}

/** What each segment of a path stands for. A query's own name comes before an element, that of another one after it. @internal */
export function stepsOf(
  { ref = [], expand, inline }: Column,
  { entity, aliases }: Sources
): Step[] {
  let [current, name] = [entity as RestrictedDefinition | undefined, '']
  return ref.map((segment: Segment, index): Step => {
    const id = nameOf(segment)
    const alias = index || (ref.length === 1 && !expand && !inline) ? undefined : aliases.get(id)
    if (alias && (alias === entity || !entity.elements?.[id])) {
      current = alias
      return { name: id, target: alias }
    }
    const from = current
    name = name ? `${name}_${id}` : id
    const element = from?.elements?.[name]
    const step = { name, element, ...(from && { from }) }
    const target = element?._target as RestrictedDefinition | undefined
    if (target) [current, name] = [target, '']
    return { ...step, target }
  })
}

/**
 * What the paths of a SELECT can begin with: elements of the entity, or those of the SELECT that it selects from, by the
 * names that they have there.
 *
 * @internal
 */
export function sourcesOf(
  { from }: Select,
  target: RestrictedDefinition,
  outer?: Sources['aliases']
): Sources {
  const entity = from?.SELECT ? selected(from.SELECT, target) : target
  const last = nameOf(from?.ref?.at(-1) ?? '')
  const own = from?.as ?? (from?.ref && last.slice(last.lastIndexOf('.') + 1))
  const aliases = new Map([['$main', entity], ...(outer ?? [])])
  if (from?.as === undefined && own) aliases.set(`$${own.replace(/^\$/, '').charAt(0)}`, entity)
  if (own) aliases.set(own, entity)
  return { entity, aliases }
}

/** An entity with the columns of a SELECT as its elements. */
function selected(select: Select, target: RestrictedDefinition): RestrictedDefinition {
  const sources = sourcesOf(select, target)
  const { columns = ['*'] } = select
  const elements: Record<string, Definition> = {}
  for (const column of columns) {
    if (column === '*') Object.assign(elements, sources.entity.elements)
    else {
      const { element, name = '' } = stepsOf(column, sources).at(-1) ?? {}
      if (element && !column.expand && !column.inline) elements[column.as ?? name] = element
    }
  }
  return Object.create(sources.entity, { elements: { value: elements } }) as RestrictedDefinition
}

type Served = Pick<EnforcingService, 'endpoints'>

/**
 * Whether clients may send queries in CQN to a service. In-process calls of such a service can't be told from theirs.
 *
 * @internal
 */
export function takesQueries({ endpoints = [] }: Served): boolean {
  return endpoints.some(({ kind }) => kind === 'hcql')
}

/**
 * Refuses to write what is calculated from other records, or where other records say so: nobody restricts those, and the
 * answer, or what is written, would tell what they hold. A client can ask for it in CQN only.
 *
 * @internal
 */
export function refuseCalculated(request: EnforcedRequest, service: Served): void {
  const { INSERT, UPSERT, UPDATE, DELETE } = (request.query ?? {}) as Record<string, Clauses>
  if (!takesQueries(service)) return
  const clauses = [INSERT?.as, UPSERT?.as, UPDATE?.with, UPDATE?.where, DELETE?.where]
  if (!clauses.some((clause) => readsRecords(clause))) return
  refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'A write that depends on other records.')
}

interface Clauses {
  readonly as?: object
  readonly with?: object
  readonly where?: object
}

function readsRecords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { SELECT, SET, ref } = value as { SELECT?: object; SET?: object; ref?: unknown[] }
  if (SELECT ?? SET ?? (Array.isArray(ref) && ref.length > 1)) return true
  return Object.values(value).some(readsRecords)
}
