import type { RestrictedDefinition } from './definition.js'

/**
 * Whether the records of an entity live in a remote service: it is a projection on an entity of an external service, and
 * has no table of its own.
 *
 * @internal
 */
export function isRemote(entity: RestrictedDefinition): boolean {
  const annotations = entity as unknown as Record<string, unknown>
  if (annotations['@cds.persistence.table']) return false
  const service = entity._service as unknown as Record<string, unknown> | undefined
  if (annotations['@cds.external'] || service?.['@cds.external']) return true
  const source = entity.query?._target
  return source ? isRemote(source) : false
}

/** Whether CAP keeps the records of an entity in the application's database. @internal */
export function inDatabase(entity: RestrictedDefinition): boolean {
  const skipped = (entity as unknown as Record<string, unknown>)['@cds.persistence.skip']
  return !isRemote(entity) && (!skipped || skipped === 'if-unused')
}
