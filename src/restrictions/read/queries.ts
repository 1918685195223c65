import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import type { Column, Query, Segment, Select } from '../condition/types.js'
import { tokensOf } from '../model/compiled.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import { pathsIn } from '../condition/normalize/joined-path.js'
import { isKeyPath } from './key-path.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'

/** Names that the paths of a query can begin with. */
export interface Sources {
  /** Its elements. */
  readonly entity: RestrictedDefinition
  /** Names of the query, and of those around it. */
  readonly aliases: ReadonlyMap<string, RestrictedDefinition>
  /** Names among these that belong to the queries around it. */
  readonly around: ReadonlySet<string>
}

/** Meaning of a segment of a path. */
export interface Step {
  /** Entity that the element belongs to; none for the name of a query. */
  readonly from?: RestrictedDefinition
  readonly name: string
  readonly element?: Definition | undefined
  /** Entity that the path goes on in, if it changes. */
  readonly target?: RestrictedDefinition | undefined
}

/**
 * Returns the meaning of each segment of a path. If a path goes on, a query's own name comes before an element, that of another
 * one after it; alone, the name is that of an element first.
 *
 * @internal
 */
export function stepsOf(
  { ref = [], expand, inline }: Column,
  { entity, aliases }: Sources
): Step[] {
  let [current, name] = [entity as RestrictedDefinition | undefined, '']
  return ref.map((segment: Segment, index): Step => {
    const id = nameOf(segment)
    const isNamed = !index && (ref.length > 1 || Boolean(expand ?? inline))
    const alias = isNamed ? aliases.get(id) : undefined
    if (alias && ((ref.length > 1 && alias === entity) || !entity.elements?.[id])) {
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
 * Returns the names that the paths of a SELECT can begin with: elements of the entity, or of the SELECT that it selects from, by the
 * names that they have there.
 *
 * @param outer - the same of the query around it
 * @internal
 */
export function sourcesOf(
  { from }: Select,
  target: RestrictedDefinition,
  outer?: Pick<Sources, 'aliases' | 'around'>
): Sources {
  const entity = from?.SELECT ? selected(from.SELECT, target) : target
  const aliases = new Map([['$main', entity], ...(outer?.aliases ?? [])])
  const last = nameOf(from?.ref?.at(-1) ?? '')
  const own =
    from?.as ??
    `$${last
      .slice(last.lastIndexOf('.') + 1)
      .replace(/^\$/, '')
      .charAt(0)}`
  aliases.set(own, entity)
  const around = new Set(outer?.around)
  around.delete(own)
  return { entity, aliases, around }
}

/**
 * The names of the queries that are around a query on an entity.
 *
 * @param within - a query that selects from it
 */
export function namesAround(within: Query = {}, select: Select): Set<string> {
  const names = new Set<string>()
  let query = within
  while (query.SELECT && query.SELECT !== select) {
    const { from } = query.SELECT
    names.add('$main').add(from?.as ?? '')
    query = from ?? {}
  }
  return names
}

/** Sources of what is selected with the records of an entity that a query leads to. @internal */
export function withinEntity<T extends Sources>(outer: T, entity: RestrictedDefinition): T {
  return { ...outer, entity, around: new Set([...outer.around, ...outer.aliases.keys()]) }
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
 * True if clients may send queries in CQN to a service. In-process calls of such a service can't be told from theirs.
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
export function refuseCalculated(
  request: EnforcedRequest,
  service: Served & { readonly model: Model }
): void {
  const { INSERT, UPSERT, UPDATE, DELETE } = (request.query ?? {}) as Record<string, Clauses>
  if (!takesQueries(service)) return
  const paths = [INSERT?.into, UPSERT?.into, UPDATE?.entity, DELETE?.from].map(pathOf)
  const queries = [INSERT?.as, INSERT?.from, UPSERT?.as, UPSERT?.from]
  const clauses = [...queries, UPDATE?.with, UPDATE?.where, DELETE?.where, paths.map(argumentsIn)]
  const isOfKeys = paths.every((path) => isKeyPath(path, service.model))
  if (isOfKeys && !clauses.some((clause) => readsRecords(clause))) return
  refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'A write that depends on other records.')
}

interface Clauses {
  readonly as?: object
  /** The same as `as`; what a DELETE is about. */
  readonly from?: Path
  readonly into?: Path | string
  readonly entity?: Path | string
  readonly with?: object
  readonly where?: object
}

interface Path {
  readonly ref?: readonly Segment[]
}

function pathOf(path: Path | string = {}): readonly Segment[] {
  return (typeof path === 'string' ? undefined : path.ref) ?? []
}

/** The arguments of views on a path. */
function argumentsIn(path: readonly Segment[]): unknown[] {
  return path.map((segment) => (typeof segment === 'string' ? undefined : segment.args))
}

function readsRecords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value) && value.some(isExists)) return true
  const { SELECT, SET, ref } = value as { SELECT?: object; SET?: object; ref?: unknown[] }
  if (SELECT ?? SET ?? (Array.isArray(ref) && !isElement(ref))) return true
  return Object.entries(value).some(([name, part]) => !PLAIN.has(name) && readsRecords(part))
}

/** Properties that hold values, and names. */
const PLAIN = new Set(['val', 'ref'])

/** A path with a filter is about other records, as one with several segments. */
const isElement = ([name, ...path]: unknown[]) => typeof name === 'string' && !path.length

const isExists = (token: unknown) => typeof token === 'string' && /\bexists\b/i.test(token)

/**
 * Refuses a query by whose name a path of a condition would begin: CAP would take it for that of the query, and the condition
 * would be another one.
 *
 * @internal
 */
export function refuseHidingName(request: EnforcedRequest): void {
  const { query = {}, target, user } = request
  const name = nameIn(query)
  if (name === undefined || !target?.['@restrict']) return
  const applicable = target['@restrict'].filter(({ to = 'any' }) =>
    [to].flat().some((role) => user.is(role))
  )
  const paths = applicable.flatMap(({ where }) => pathsIn(tokensOf(where)))
  if (!paths.some(([first = '', ...rest]) => rest.length && nameOf(first) === name)) return
  refuse(
    request,
    'ERR_RESTRICTION_UNCHECKED',
    `"${name}" names the query, and records in a condition.`
  )
}

/** The name of the query that conditions are added to. */
function nameIn({ SELECT, UPDATE, DELETE }: Query): string | undefined {
  let from = SELECT?.from ?? UPDATE?.entity ?? DELETE?.from
  while (from?.SELECT?.from) from = from.SELECT.from
  return from?.as
}
