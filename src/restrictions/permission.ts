import { tokensOf } from './compiled-condition.js'
import { mentionsUser } from './mentions.js'
import type { RestrictedDefinition, Restriction } from './restricted-definition.js'
import { restrictionsOf } from './rewrite-model.js'

/** What is asked of CAP's user object. */
export interface RoleBearer {
  is(role: string): boolean
}

const CRUD = new Set(['READ', 'CREATE', 'UPDATE', 'UPSERT', 'DELETE'])
const WRITES = new Set(['CREATE', 'UPDATE', 'UPSERT', 'DELETE'])

/** Why a request may pass: always, never, or if one of the conditions is true. */
export type Permission = 'always' | 'never' | readonly Restriction[]

/**
 * What the roles of a user permit on an entity, by CAP's rules: a restriction without a condition is enough, and an entity
 * whose restrictions name nothing but actions is not restricted otherwise.
 *
 * @internal
 */
export function permissionFor(
  entity: RestrictedDefinition,
  event: string,
  user: RoleBearer
): Permission {
  const roles = [
    (entity as unknown as Record<string, unknown>)['@requires'] ?? []
  ].flat() as string[]
  if (roles.length && !roles.some((role) => user.is(role))) return 'never'
  const restrictions = restrictionsOf(entity)
  const named = restrictions.flatMap(({ grant = '*' }) => grant)
  if (!entity['@restrict']) return 'always'
  if (CRUD.has(event) && !named.some((g) => g === '*' || g === 'WRITE' || CRUD.has(g)))
    return 'always'
  return decide(
    restrictions.filter((restriction) => grants(restriction, event)),
    user
  )
}

/** The same for an action of an entity, which may have restrictions of its own. @internal */
export function permissionForAction(
  entity: RestrictedDefinition,
  name: string,
  user: RoleBearer
): Permission {
  const action = entity.actions?.[name]
  if (!action?.['@restrict'] && !entity['@restrict']) return 'always'
  const inherited = restrictionsOf(entity).filter((restriction) => grants(restriction, name))
  return decide([...(action ? restrictionsOf(action) : []), ...inherited], user)
}

function decide(restrictions: readonly Restriction[], user: RoleBearer): Permission {
  const applicable = restrictions.filter(({ to = 'any' }) => [to].flat().some((r) => user.is(r)))
  if (!applicable.length) return 'never'
  return applicable.some(({ where }) => !where) ? 'always' : applicable
}

function grants({ grant = '*' }: Restriction, event: string): boolean {
  const granted = [grant].flat()
  if (granted.includes('*') || granted.includes(event)) return true
  return granted.includes('WRITE') && WRITES.has(event)
}

/** True if the condition of a restriction uses `$user`. @internal */
export function isOfUser({ where }: Restriction): boolean {
  return mentionsUser(tokensOf(where))
}
