import type { RestrictedDefinition } from './restricted-definition.js'

/** The entity whose restrictions count for another one, and the way to it. */
export interface Governing {
  readonly entity: RestrictedDefinition
  /** Names of associations; none for its own restrictions. */
  readonly path: readonly string[]
}

/**
 * Where the restrictions of an entity are: its own, or as in CAP those of the entity that it is a composition of.
 *
 * @internal
 */
export function governingEntity(entity: RestrictedDefinition): Governing {
  const path: string[] = []
  let current = entity
  while (!isRestricted(current)) {
    const parent = current.elements?.up_?._target as RestrictedDefinition | undefined
    if (!parent || !isComposedOf(parent, current)) return { entity, path: [] }
    path.push('up_')
    current = parent
  }
  return { entity: current, path }
}

/** Whether an entity has restrictions of its own. @internal */
export function isRestricted(entity: RestrictedDefinition): boolean {
  return Boolean(entity['@restrict'] ?? (entity as unknown as Record<string, unknown>)['@requires'])
}

function isComposedOf(parent: RestrictedDefinition, child: RestrictedDefinition): boolean {
  return Object.values(parent.compositions ?? {}).some(({ _target }) => _target === child)
}
