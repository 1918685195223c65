import type { Token } from '../condition/types.js'
import { type Governor, governorsOf } from './governing.js'
import { isOfUser, permissionFor, type RoleBearer } from './permission.js'
import { permissionCondition } from './permission.js'
import type { RestrictedDefinition, Restriction } from './definition.js'
import type { UserFacts } from '../condition/user-value.js'

/** One of the ways in which records of an entity may be permitted. */
interface Way {
  /** Restrictions of which one has to be fulfilled; without them, all records are permitted. */
  readonly restrictions?: readonly Restriction[]
  /** Entity with the restrictions, for parts of its records. */
  readonly governor?: Governor
}

/** Records of an entity that a request may touch: all, none, or those of one of the ways. */
export type Permitted = 'always' | 'never' | readonly Way[]

/** Returns the permission that the roles of a user give on an entity, or on the records that its records are parts of. @internal */
export function permittedOn(
  entity: RestrictedDefinition,
  event: string,
  user: RoleBearer
): Permitted {
  const governors = governorsOf(entity)
  if (!governors.length) {
    const permission = permissionFor(entity, event, user)
    return typeof permission === 'string' ? permission : [{ restrictions: permission }]
  }
  const ways = governors.flatMap((governor): Way[] => {
    const restrictions = permissionFor(governor.entity, event, user)
    if (restrictions === 'never') return []
    return [restrictions === 'always' ? { governor } : { governor, restrictions }]
  })
  if (!ways.length) return 'never'
  const all = ways.length === governors.length && ways.every(({ restrictions }) => !restrictions)
  return all ? 'always' : ways
}

/** The condition for a query: a record is permitted in one of the ways. @internal */
export function permittedCondition(ways: readonly Way[], facts: UserFacts): Token {
  const conditions = ways.map(({ restrictions, governor }): Token => {
    const condition = restrictions && permissionCondition(restrictions, facts)
    return governor ? governor.within(condition) : (condition ?? { xpr: [] })
  })
  const xpr = conditions.flatMap((condition, index) => (index ? ['or', condition] : [condition]))
  return { xpr }
}

/** The ways, if one of them has a condition with `$user`. Others alone are about what was, not what is written. @internal */
export function waysOfUser(permitted: Permitted): readonly Way[] | undefined {
  if (typeof permitted === 'string') return undefined
  return permitted.some(({ restrictions }) => restrictions?.some(isOfUser)) ? permitted : undefined
}

/** The ways that are open for what a record was: those by conditions without `$user`. @internal */
export function waysOfRecord(ways: readonly Way[]): readonly Way[] {
  return ways.flatMap((way) => {
    const restrictions = way.restrictions?.filter((restriction) => !isOfUser(restriction))
    if (!restrictions) return [way]
    return restrictions.length ? [{ ...way, restrictions }] : []
  })
}

/** The restrictions, if they are of the entity itself. @internal */
export function ownRestrictions(ways: readonly Way[]): readonly Restriction[] | undefined {
  const [way, ...more] = ways
  return more.length || way?.governor ? undefined : way?.restrictions
}
