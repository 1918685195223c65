import { nameOf } from '../condition/mentions.js'
import type { Query, Segment } from '../condition/types.js'
import type { Model, RestrictedDefinition } from './definition.js'
import { governorsOf } from './governing.js'

/** Members of a request that tell which records it can reach. */
export interface ReachingRequest {
  readonly event: string
  readonly target?: RestrictedDefinition | undefined
  readonly subject?: { readonly ref?: readonly Segment[] } | undefined
  readonly query?: Query | undefined
}

/**
 * Returns the definitions whose restrictions a request may be judged by: its action and target, what its paths and `$expand`
 * may lead to, parts that a write may change, and the entities that all of these are parts of. Rather too many than too few:
 * it decides about nothing but what is prepared.
 *
 * @internal
 */
export function concernedBy(
  { event, target, subject, query = {} }: ReachingRequest,
  service: string,
  { definitions }: Model
): ReadonlySet<RestrictedDefinition> {
  const names = new Set<string>()
  const { SELECT, UPDATE, DELETE } = query
  for (const clause of [subject, SELECT, UPDATE?.where, DELETE?.where]) addNames(clause, names)
  const found = new Set<RestrictedDefinition>()
  const operation = target?.actions?.[event] ?? definitions[`${service}.${event}`]
  if (operation) found.add(operation)
  const begin = target ? [target] : []
  const waiting = [...begin, ...[...names].flatMap((name) => definitions[name] ?? [])]
  for (let entity = waiting.pop(); entity; entity = waiting.pop()) {
    if (found.has(entity)) continue
    found.add(entity)
    waiting.push(...aboveOf(entity), ...targetsOf(entity, names))
    if (event !== 'READ') waiting.push(...partsOf(entity))
  }
  return found
}

/** Names in all paths of a part of a query. */
function addNames(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return
  const { ref } = part as { ref?: unknown }
  if (Array.isArray(ref)) for (const segment of ref as Segment[]) names.add(nameOf(segment))
  for (const [key, value] of Object.entries(part)) if (key !== 'val') addNames(value, names)
}

/** Paths through structures are written with dots, or as the name of the flat element. */
function isNamed(element: string, names: ReadonlySet<string>): boolean {
  return names.has(element) || element.split('_').some((part) => names.has(part))
}

/** The entities that an entity is a part of, and what a draft is a draft of. */
function aboveOf(entity: RestrictedDefinition): RestrictedDefinition[] {
  const parent = entity.elements?.up_?._target as RestrictedDefinition | undefined
  const governors = governorsOf(entity).map((governor) => governor.entity)
  return [entity.actives, parent, ...governors].filter((each) => each !== undefined)
}

function targetsOf(
  { elements }: RestrictedDefinition,
  names: ReadonlySet<string>
): RestrictedDefinition[] {
  return Object.entries(elements ?? {}).flatMap(([name, { _target }]) =>
    _target && isNamed(name, names) ? (_target as RestrictedDefinition) : []
  )
}

function partsOf({ compositions }: RestrictedDefinition): RestrictedDefinition[] {
  return Object.values(compositions ?? {}).flatMap(({ _target }) =>
    _target ? (_target as RestrictedDefinition) : []
  )
}
