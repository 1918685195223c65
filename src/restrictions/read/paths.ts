import type { Column, Expression, Segment, Select, Token } from '../condition/types.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { governorsOf } from '../model/governing.js'
import { nameOf } from '../condition/mentions.js'
import { permissionFor } from '../model/permission.js'
import {
  namesAround,
  type Sources,
  sourcesOf,
  type Step,
  stepsOf,
  withinEntity
} from './queries.js'
import { isOfEditors, isOwnPart, isSettled, reachableIf, withFilter } from './reachable.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import { takesQueries } from './queries.js'
import { rewriteQuery } from './rewrite.js'

/**
 * Restricts what `$filter`, `$orderby`, `$apply` and calculated columns can ask about records of other entities to those that
 * the user may read: the condition becomes a filter of the path, and other records are as if there were none. To be done
 * before CAP adds its conditions to the query: the paths of those are the model's.
 *
 * @internal
 */
export function restrictPaths(request: EnforcedRequest, service: ServedModel): void {
  const { target, user } = request
  if (!user._is_privileged && isOfSeveral(request.query))
    refuse(request, UNCHECKED, 'A query that joins entities.')
  const served = target?.kind === 'entity' && target._service?.name === service.name
  if (!served || user._is_privileged) return
  if (!target.associations && !takesQueries(service)) return
  const { query } = request
  rewriteQuery(request, (select) => {
    const names = { aliases: new Map<string, never>(), around: namesAround(query, select) }
    return clausesOf(select, { request, service, ...sourcesOf(select, target, names) })
  })
}

/** CAP adds its conditions to queries on one entity only. */
function isOfSeveral(query: { readonly SELECT?: Select } = {}): boolean {
  if ('SET' in query || 'args' in query) return true
  return query.SELECT?.from ? isOfSeveral(query.SELECT.from) : false
}

/** The service that a request is sent to. */
interface ServedModel extends Pick<EnforcingService, 'endpoints'> {
  readonly name: string
  readonly model: Model
}

/** Surroundings of an expression. */
interface ExpressionContext extends Sources {
  readonly request: EnforcedRequest
  readonly service: ServedModel
}

const UNCHECKED = 'ERR_RESTRICTION_UNCHECKED'

const CLAUSES = ['columns', 'where', 'having', 'groupBy', 'orderBy'] as const

function clausesOf(select: Select, context: ExpressionContext): Partial<Select> {
  const from = changedSource(select, context)
  const changed = CLAUSES.flatMap((name) => {
    const tokens = select[name] as readonly Token[] | undefined
    const restricted = tokens && restrictAll(tokens, context)
    if (restricted === tokens) return []
    return [[name, name === 'groupBy' && restricted ? alike(restricted) : restricted]]
  })
  return { ...(Object.fromEntries(changed) as Partial<Select>), ...from }
}

/** Paths through the same association have its filter, also those to a foreign key: CAP takes them for one. */
function alike(groupBy: readonly Token[]): Token[] {
  const refs = groupBy.map((token) => (typeof token === 'object' ? (token.ref ?? []) : []))
  const filterOf = (path: readonly Segment[]) =>
    refs.find((ref) => {
      const same = path.every((segment, i) => nameOf(segment) === nameOf(ref[i] ?? ''))
      return same && typeof ref[path.length - 1] === 'object'
    })?.[path.length - 1]
  return groupBy.map((token, index) => {
    const ref = refs[index] ?? []
    if (typeof token === 'string' || ref.length < 2) return token
    return { ...token, ref: ref.map((each, i) => filterOf(ref.slice(0, i + 1)) ?? each) }
  })
}

/** Filters in the path of what is selected: more than keys, where a client sends CQN. */
function changedSource({ from }: Select, context: ExpressionContext): Partial<Select> {
  if (!from?.ref || !takesQueries(context.service)) return {}
  let entity = context.service.model.definitions[nameOf(from.ref[0] ?? '')]
  const ref = from.ref.map((segment, index) => {
    if (index) entity = entity?.elements?.[nameOf(segment)]?._target as typeof entity
    if (!entity || isSettled(segment)) return segment
    return withinFilter(segment, inFilter(context, entity))
  })
  const same = ref.every((segment, index) => segment === from.ref?.[index])
  return same ? {} : { from: { ...from, ref } }
}

function restrictAll<T extends readonly Token[]>(tokens: T, context: ExpressionContext): T {
  const restricted = tokens.map((token, index) =>
    typeof token === 'string' ? token : restrict(token, tokens[index - 1] === 'exists', context)
  )
  return restricted.every((token, index) => token === tokens[index])
    ? tokens
    : (restricted as readonly Token[] as T)
}

/** @param exists - whether it is asked if there is a record at the end of the path */
function restrict(token: Column, exists: boolean, context: ExpressionContext): Column {
  if (!exists && isElement(token)) return token
  const changed = {
    ...changedPath(token, exists, context),
    ...changedList(token, 'xpr', context),
    ...changedList(token, 'list', context),
    ...changedArguments(token, context),
    ...changedWithin(token, context),
    ...changedSubquery(token, context)
  }
  return Object.keys(changed).length ? { ...token, ...changed } : token
}

/** True for a plain element, which most tokens are. */
function isElement({ ref, expand, inline }: Column): boolean {
  return ref?.length === 1 && typeof ref[0] === 'string' && !expand && !inline
}

function changedList(
  token: Column,
  name: 'xpr' | 'list',
  context: ExpressionContext
): Partial<Expression> {
  const tokens = token[name]
  const restricted = tokens && restrictAll(tokens, context)
  return restricted === tokens ? {} : { [name]: restricted }
}

/** Arguments are a list, or named. */
function changedArguments({ args }: Column, context: ExpressionContext): object {
  if (!args) return {}
  const values = restrictAll<Token[]>(Object.values(args), context)
  if (Object.values(args).every((value, index) => value === values[index])) return {}
  const named = Object.fromEntries(Object.keys(args).map((name, index) => [name, values[index]]))
  return { args: Array.isArray(args) ? values : named }
}

const WITHIN = ['expand', 'inline', 'where', 'having', 'groupBy', 'orderBy'] as const

/** Options of `$expand`. Its association is restricted later: for drafts it is not. */
function changedWithin(token: Column, outer: ExpressionContext): Partial<Column> {
  if (!token.expand && !token.inline) return {}
  const { target } = token.ref ? (stepsOf(token, outer).at(-1) ?? {}) : { target: outer.entity }
  if (!target) return {}
  const context = withinEntity(outer, target)
  const changed = WITHIN.flatMap((name) => {
    const tokens = token[name] as readonly Token[] | undefined
    const restricted = tokens && restrictAll(tokens, context)
    return restricted === tokens ? [] : [[name, restricted]]
  })
  return Object.fromEntries(changed) as Partial<Column>
}

function changedPath(
  token: Column,
  exists: boolean,
  context: ExpressionContext
): Partial<Expression> {
  const { ref, expand, inline } = token
  if (!ref) return {}
  refuseAmbiguous(ref, context)
  const steps = stepsOf(token, context)
  // CAP follows it by a join of that query, if there is one, whatever filters the path has here
  const isOuter = context.around.has(nameOf(ref[0] ?? ''))
  const segments = ref.map((segment, index): Segment => {
    const { from, name, element, target } = steps[index] ?? { name: '' }
    if (!from || !target) return segment
    const rest = ref.slice(index + 1)
    const inner = withinFilter(segment, inFilter(context, target))
    const followed = rest.length
      ? typeof segment !== 'string' || !isForeignKey(element, rest, steps.slice(index + 1))
      : exists && !expand && !inline
    if (!followed || name === 'SiblingEntity') return inner
    if (isOwnPart(target, from, name)) return inner
    const condition = reachableIf(context.request, target, from, name)
    if (condition && isOuter) refuse(context.request, UNCHECKED, `${name} is of a query around it.`)
    return condition ? withFilter(inner, condition) : inner
  })
  return segments.every((segment, index) => segment === ref[index]) ? {} : { ref: segments }
}

/** Paths of a filter begin at its records, or at those of the outermost query. */
function inFilter(context: ExpressionContext, entity: RestrictedDefinition): ExpressionContext {
  const main = [...context.aliases].filter(([name]) => name === '$main')
  return { ...context, entity, aliases: new Map(main), around: new Set(['$main']) }
}

/** The name of a query around this one that is also that of an association: CAP follows the former, or the latter. */
function refuseAmbiguous(
  [first = '', ...rest]: readonly Segment[],
  context: ExpressionContext
): void {
  const name = nameOf(first)
  if (!rest.length || !context.around.has(name) || !context.entity.elements?.[name]) return
  refuse(context.request, UNCHECKED, `"${name}" names a query and an element.`)
}

function withinFilter(segment: Segment, context: ExpressionContext): Segment {
  if (typeof segment === 'string' || !segment.where) return segment
  const where = restrictAll(segment.where, context)
  return where === segment.where ? segment : { ...segment, where }
}

/**
 * True for a foreign key: the record holds it itself, and needs no look at the other record. CAP does look where there
 * is a filter, and where the key of the other one is that of a third.
 */
function isForeignKey(
  association: object | undefined,
  rest: readonly Segment[],
  steps: readonly Step[]
): boolean {
  const { keys = [] } = (association ?? {}) as { keys?: readonly { ref: readonly string[] }[] }
  const path = rest.map(nameOf).join('_')
  return keys.some(({ ref }) => ref.join('_') === path) && !steps.some(({ target }) => target)
}

/** CAP does not restrict subqueries, and where a client sends CQN it may write one on anything. */
function changedSubquery({ SELECT }: Column, context: ExpressionContext): object {
  const { request, service } = context
  if (!SELECT || !takesQueries(service)) return {}
  const [name, ...path] = (SELECT as Select).from?.ref ?? []
  const entity = name === undefined ? undefined : service.model.definitions[nameOf(name)]
  const open =
    entity?._service?.name === service.name &&
    !(entity.isDraft === true || isOfEditors(entity)) &&
    governorsOf(entity).length + path.length === 0 &&
    permissionFor(entity, 'READ', request.user) === 'always'
  if (!entity || !open) {
    return refuse(request, 'ERR_EXPAND_RESTRICTED', 'A subquery on what is restricted.', {
      entity,
      event: 'READ'
    })
  }
  const changed = clausesOf(SELECT, {
    ...context,
    ...sourcesOf(SELECT, entity, withinEntity(context, entity))
  })
  return Object.keys(changed).length ? { SELECT: { ...SELECT, ...changed } } : {}
}
