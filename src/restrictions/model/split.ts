import type { RestrictedDefinition, Restriction } from './definition.js'

/** Events that CAP does not look for records of. */
const WITHOUT_RECORD = new Set(['READ', 'CREATE'])
const WRITES = ['CREATE', 'UPDATE', 'DELETE']

/**
 * CAP counts records in the application's database before it lets a condition pass for UPDATE, DELETE and bound actions.
 * Records of a remote entity are not there: these grants lose the condition here, and
 * `checkRecord` checks it.
 *
 * @internal
 */
export function splitForRemote(
  entity: RestrictedDefinition,
  restrictions: readonly Restriction[]
): Restriction[] {
  return restrictions.flatMap((restriction) => {
    const { where, ...unconditional } = restriction
    if (!where) return [restriction]
    const grants = grantsOf(restriction, entity)
    const modelled = { ...unconditional, modelledWhere: restriction.modelledWhere ?? where }
    return [
      { ...modelled, where, grant: grants.filter((grant) => WITHOUT_RECORD.has(grant)) },
      { ...modelled, grant: grants.filter((grant) => !WITHOUT_RECORD.has(grant)) }
    ].filter(({ grant }) => grant.length)
  })
}

/** True if a restriction is about records that exist: their condition is checked in memory. @internal */
export function grantsRecords(restriction: Restriction, entity: RestrictedDefinition): boolean {
  return grantsOf(restriction, entity).some((grant) => grant !== 'READ')
}

function grantsOf({ grant = '*' }: Restriction, entity: RestrictedDefinition): string[] {
  const every = ['READ', ...WRITES, 'UPSERT', ...Object.keys(entity.actions ?? {})]
  return [
    ...new Set([grant].flat().flatMap((g) => (g === '*' ? every : g === 'WRITE' ? WRITES : g)))
  ]
}
