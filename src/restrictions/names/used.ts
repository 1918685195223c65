import { tokensOf } from '../model/compiled.js'
import { userPaths } from '../condition/mentions.js'
import type { Model, RestrictedDefinition, Restriction } from '../model/definition.js'

/** A role or an attribute that a model asks for, and where. */
export interface UsedName {
  readonly kind: 'attribute' | 'role'
  readonly name: string
  readonly definition: RestrictedDefinition
  /** Name of the definition; of an action with that of its entity. */
  readonly place: string
}

/** Paths behind `$user` that every user has in a condition. */
const OF_EVERYBODY = ['id', 'tenant']

/** Paths that views have besides: the database knows the language, and conditions do not. */
const OF_SESSION = [...OF_EVERYBODY, 'locale']

/** Every role of `@requires` and `@restrict`, and every attribute that a definition reads from `$user`. @internal */
export function usedNames(model: Model): UsedName[] {
  return Object.entries(model.definitions).flatMap(([name, definition]) => [
    ...namesIn(definition, name),
    ...Object.entries(definition.actions ?? {}).flatMap(([action, bound]) =>
      namesIn(bound, `${name}.${action}`)
    )
  ])
}

function namesIn(definition: RestrictedDefinition, place: string): UsedName[] {
  const { '@requires': requires } = definition as { '@requires'?: string | string[] }
  const restrictions = definition['@restrict'] ?? []
  const roles = [requires ?? [], ...restrictions.map(({ to }) => to ?? [])].flat(2)
  const { '@restrict': _, actions, ...rest } = definition
  const attributes = [
    ...namesOf(restrictions.flatMap(pathsIn), OF_EVERYBODY),
    ...namesOf(references(rest), OF_SESSION)
  ]
  const uses = (kind: UsedName['kind'], names: string[]) =>
    [...new Set(names)].map((name) => ({ kind, name, definition, place }))
  return [...uses('role', roles), ...uses('attribute', attributes)]
}

/** Names of attributes: what paths begin with, except for what is no attribute. */
function namesOf(paths: string[][], others: readonly string[]): string[] {
  return paths.flatMap(([first]) => (!first || others.includes(first) ? [] : first))
}

function pathsIn({ where }: Restriction): string[][] {
  return userPaths(tokensOf(where))
}

/** Views and calculated elements read `$user` as well. */
function references(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(references)
  const { ref } = value as { ref?: unknown[] }
  if (ref?.[0] === '$user') return [ref.slice(1).map(String)]
  return Object.values(value).flatMap(references)
}
