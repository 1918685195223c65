import { tokensOf } from './model/compiled.js'
import { userPaths } from './condition/mentions.js'
import { printCondition } from './condition/print.js'
import { type UserFacts, valuesOf } from './condition/user-value.js'
import type { Model, RestrictedDefinition } from './model/definition.js'
import { restrictionsOf } from './model/rewrite.js'
import { isOfCap } from './names/known.js'
import { usedNames } from './names/used.js'

/** A name that the model asks for, and the definitions that do. */
export interface AskedName {
  readonly name: string
  readonly places: readonly string[]
}

/** Returns the roles or attributes that a model asks for, without roles of CAP's own services. @internal */
export function askedNames(model: Model, kind: 'attribute' | 'role'): AskedName[] {
  const places = new Map<string, Set<string>>()
  for (const used of usedNames(model)) {
    if (used.kind !== kind || (kind === 'role' && isOfCap(used.name))) continue
    if (isExternal(used.definition)) continue
    places.set(used.name, (places.get(used.name) ?? new Set()).add(used.place))
  }
  return [...places].map(([name, found]) => ({ name, places: [...found] }))
}

/** One grant of an entity, an action or a service. */
export interface Grant {
  readonly events: readonly string[]
  /** Roles that have it; one of them is enough. */
  readonly roles: readonly string[]
  /** Condition as it is modelled; none for a grant on all records. */
  readonly where: string | undefined
  /** Attributes of the user that the condition asks for. */
  readonly attributes: readonly GrantedAttribute[]
}

/** An attribute in a condition, with the values that the user has. */
export interface GrantedAttribute {
  readonly name: string
  readonly values: readonly unknown[]
}

/** Returns the grants in `@restrict` of a definition. @param facts - about the user, for the values of attributes @internal */
export function grantsOf(definition: RestrictedDefinition, facts: UserFacts): Grant[] {
  return restrictionsOf(definition).map(({ grant = '*', to = 'any', where }) => {
    const tokens = tokensOf(where)
    const paths = new Map(userPaths(tokens).map((path) => [path.join('.') || 'id', path]))
    return {
      events: [grant].flat(),
      roles: [to].flat(),
      where: tokens.length ? printCondition(tokens) : undefined,
      attributes: [...paths].map(([name, path]) => ({
        name,
        values: valuesOf({ path, functions: [] }, facts)
      }))
    }
  })
}

/** A restricted definition of a service. */
export interface RestrictedPlace {
  readonly name: string
  readonly definition: RestrictedDefinition
  /** Entity of a bound action. */
  readonly entity?: RestrictedDefinition
}

/** Returns the services that the project serves itself. @internal */
export function ownServices(model: Model): RestrictedPlace[] {
  return Object.entries(model.definitions)
    .filter(([name, each]) => each.kind === 'service' && !isExternal(each) && !isTool(name))
    .map(([name, definition]) => ({ name, definition }))
}

/** Returns the entities, operations and bound actions of a service, and what begins drafts of its entities. @internal */
export function partsOf(model: Model, service: string): RestrictedPlace[] {
  const parts = Object.entries(model.definitions).filter(
    ([name, { kind }]) =>
      name.startsWith(`${service}.`) && ['entity', 'action', 'function'].includes(kind)
  )
  return parts.flatMap(([name, definition]) => [
    { name, definition },
    ...(definition.drafts
      ? [{ name: `${definition.drafts.name} (NEW)`, definition: definition.drafts }]
      : []),
    ...Object.entries(definition.actions ?? {}).map(([action, bound]) => ({
      name: `${name}.${action}`,
      definition: bound,
      entity: definition
    }))
  ])
}

/** Returns the roles of `@requires`. @internal */
export function requiredRolesOf({ '@requires': requires }: RestrictedDefinition): string[] {
  return [requires ?? []].flat().filter((role): role is string => typeof role === 'string')
}

/** Entities inherit the annotation from the remote entity that they are a projection of: the service decides. */
function isExternal(definition: RestrictedDefinition): boolean {
  if (definition.kind === 'service') return Boolean(definition['@cds.external'])
  const { _service } = definition.parent?.kind === 'entity' ? definition.parent : definition
  return Boolean(_service?.['@cds.external'])
}

/** Services of CAP and `@sap/cds-mtxs`. */
function isTool(name: string): boolean {
  return name.startsWith('cds.')
}
