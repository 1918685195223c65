import { cap } from '../../cap.js'
import type { RestrictedDefinition } from '../model/definition.js'
import type { RoleBearer } from '../model/permission.js'
import { permittedOn } from '../model/permitted.js'
import type { EnforcedRequest } from '../request/request.js'

const refused = new WeakSet()

/** Does a write, and remembers the error that it ends with. @internal */
export async function rememberRefusal<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (typeof error === 'object' && error !== null) refused.add(error)
    throw error
  }
}

/** True if a request was refused for what it has written: its record is no longer what it was. @internal */
export function isOfWritten(error: unknown): boolean {
  return typeof error === 'object' && error !== null && refused.has(error)
}

/**
 * True if CAP creates the record of a request when the answer is that there is none. Then that can't be the answer for one that
 * the user may not read.
 *
 * @see `@sap/cds`, libx/odata/middleware/update.js
 * @internal
 */
export function createsMissing(request: EnforcedRequest): boolean {
  const { _: outer, http } = request as { _?: Received; http?: Received }
  const method = (outer?.req ?? http?.req)?.method
  const { put_as_upsert: put = true, patch_as_upsert: patch = false } = cap.env.runtime ?? {}
  return (method === 'PUT' && (put || patch)) || (method === 'PATCH' && patch)
}

interface Received {
  readonly req?: { readonly method?: string }
}

/** True if a record that a user does not find can be one that the user may not read. @internal */
export function mayBeHidden(entity: RestrictedDefinition, user: RoleBearer): boolean {
  return permittedOn(entity, 'READ', user) !== 'always'
}
