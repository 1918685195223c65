import { type EnforcedRequest, type EnforcingService, refuse } from './enforced-request.js'

type Served = Pick<EnforcingService, 'endpoints'>

/**
 * Whether clients may send queries in CQN to a service. In-process calls of such a service can't be told from theirs.
 *
 * @internal
 */
export function takesQueries({ endpoints = [] }: Served): boolean {
  return endpoints.some(({ kind }) => kind === 'hcql')
}

/**
 * Refuses to write what is calculated from other records, or where other records say so: nobody restricts those, and the
 * answer, or what is written, would tell what they hold. A client can ask for it in CQN only.
 *
 * @internal
 */
export function refuseCalculated(request: EnforcedRequest, service: Served): void {
  const { INSERT, UPSERT, UPDATE, DELETE } = (request.query ?? {}) as Record<string, Clauses>
  if (!takesQueries(service)) return
  const clauses = [INSERT?.as, UPSERT?.as, UPDATE?.with, UPDATE?.where, DELETE?.where]
  if (!clauses.some((clause) => readsRecords(clause))) return
  refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'A write that depends on other records.')
}

interface Clauses {
  readonly as?: object
  readonly with?: object
  readonly where?: object
}

function readsRecords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { SELECT, SET, ref } = value as { SELECT?: object; SET?: object; ref?: unknown[] }
  if (SELECT ?? SET ?? (Array.isArray(ref) && ref.length > 1)) return true
  return Object.values(value).some(readsRecords)
}
