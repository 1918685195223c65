import type { Segment, Token } from './condition.js'
import type { RoleBearer } from './permission.js'
import type { RestrictedDefinition } from './restricted-definition.js'
import type { User } from './set-attributes.js'

/** A column of a query; with `expand` for records of an association. */
export interface Column {
  ref?: Segment[]
  expand?: (Column | '*')[]
  where?: Token[]
}

/** What is read of a query. */
export interface Query {
  readonly SELECT?: { readonly columns?: (Column | '*')[] }
  readonly INSERT?: { readonly entries?: object[] }
  readonly UPDATE?: { readonly where?: Token[] }
  readonly DELETE?: { readonly where?: Token[] }
}

/** What is read of a request to an application service. */
export interface EnforcedRequest {
  readonly event: string
  readonly target?: RestrictedDefinition
  readonly subject?: { readonly ref?: readonly Segment[] }
  readonly query?: Query
  readonly data: unknown
  readonly tenant?: unknown
  user: User & RoleBearer & { readonly _is_anonymous?: boolean }
  reject(error: object): never
}

/** What is used of an application service. */
export interface EnforcingService {
  run(query: unknown): Promise<unknown>
}

/** Refuses a request: 403, or 401 for somebody who has not said who he is. @internal */
export function refuse(request: EnforcedRequest, code: string, message: string): never {
  return request.reject({ status: request.user._is_anonymous ? 401 : 403, code, message })
}
