import { tokensOf } from './compiled-condition.js'
import { type Governing, isRestricted } from './governing-entity.js'
import { mentionsUser } from './mentions.js'
import { type Permission, permissionFor, type RoleBearer } from './permission.js'
import type { RestrictedDefinition, Restriction } from './restricted-definition.js'

/** Records below the one that is written, which have restrictions of their own. */
export interface DeepPart {
  /** Names of compositions, from the written record. */
  readonly path: readonly string[]
  readonly governing: Governing
  /** What all records have to fulfil before the write, and after it; `never` if no role permits it. */
  readonly before: readonly Permission[]
  readonly after: readonly Permission[]
}

/** A deep update replaces what is there: it creates, changes and deletes. */
const EVENTS: Record<string, { before: string[]; after: string[] }> = {
  CREATE: { before: [], after: ['CREATE'] },
  UPDATE: { before: ['UPDATE', 'DELETE'], after: ['CREATE', 'UPDATE'] }
}

/** The restricted compositions that the data of a write reaches. @internal */
export function deepParts(
  entity: RestrictedDefinition,
  data: readonly object[],
  event: string,
  user: RoleBearer
): DeepPart[] {
  return Object.entries(entity.compositions ?? {}).flatMap(([name, composition]) => {
    const child = composition._target as RestrictedDefinition | undefined
    const written = data.flatMap((row) => (row as Record<string, object | undefined>)[name] ?? [])
    const reached = data.some((row) => Object.hasOwn(row, name))
    if (!child || !reached) return []
    const below = deepParts(child, written, event, user).map((part) => ({
      ...part,
      path: [name, ...part.path]
    }))
    return isRestricted(child) ? [partOf(child, name, event, user), ...below] : below
  })
}

function partOf(
  child: RestrictedDefinition,
  name: string,
  event: string,
  user: RoleBearer
): DeepPart {
  const { before, after } = EVENTS[event === 'CREATE' ? event : 'UPDATE'] ?? {
    before: [],
    after: []
  }
  const permissions = (events: string[]) => events.map((each) => permissionFor(child, each, user))
  const governing = { entity: child, path: [] }
  return { path: [name], governing, before: permissions(before), after: permissions(after) }
}

/** The conditions, if there is one with `$user`. Others alone are about what was, not what is written. */
export function conditional(permission: Permission): readonly Restriction[] | undefined {
  if (typeof permission === 'string') return undefined
  return permission.some(isOfUser) ? permission : undefined
}

/** Whether the condition of a restriction uses `$user`. @internal */
export function isOfUser({ where }: Restriction): boolean {
  return mentionsUser(tokensOf(where))
}
