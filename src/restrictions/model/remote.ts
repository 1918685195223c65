import type { RestrictedDefinition } from './definition.js'

/**
 * True if the records of an entity live in a remote service: the entity is a projection on one of an external service, and
 * has no table of its own.
 *
 * @internal
 */
export function isRemote(entity: RestrictedDefinition): boolean {
  if (entity['@cds.persistence.table']) return false
  if (entity['@cds.external'] || entity._service?.['@cds.external']) return true
  const source = entity.query?._target
  return source ? isRemote(source) : false
}

/** True if CAP keeps the records of an entity in the application's database. @internal */
export function inDatabase(entity: RestrictedDefinition): boolean {
  const skipped = entity['@cds.persistence.skip']
  return !isRemote(entity) && (!skipped || skipped === 'if-unused')
}
