import type { Expression, Segment, Token } from './condition.js'
import type { RoleBearer } from './permission.js'
import type { Model, RestrictedDefinition } from './restricted-definition.js'
import type { User } from './set-attributes.js'

/** A column of a query; with `expand` or `inline` for records of an association. */
export interface Column extends Expression {
  readonly as?: string
  readonly expand?: readonly (Column | '*')[]
  readonly inline?: readonly (Column | '*')[]
  readonly where?: readonly Token[]
  readonly orderBy?: readonly Expression[]
}

/** What is read of a SELECT; `from` is a query for the steps of `$apply`. */
export interface Select {
  readonly from?: {
    readonly ref?: readonly Segment[]
    readonly as?: string
    readonly SELECT?: Select
  }
  readonly columns?: readonly (Column | '*')[]
  readonly where?: readonly Token[]
  readonly having?: readonly Token[]
  readonly groupBy?: readonly Expression[]
  readonly orderBy?: readonly Expression[]
  /** For steps of `$apply` along a hierarchy. */
  readonly recurse?: object
}

/** What is read of a query. */
export interface Query {
  readonly SELECT?: Select
  readonly INSERT?: { readonly entries?: object[] }
  readonly UPDATE?: { readonly where?: Token[]; readonly with?: object }
  readonly DELETE?: { readonly where?: Token[] }
}

/** What is read of a request to an application service. */
export interface EnforcedRequest {
  readonly event: string
  readonly target?: RestrictedDefinition
  readonly subject?: { readonly ref?: readonly Segment[] }
  query?: Query
  readonly data: unknown
  readonly tenant?: unknown
  user: User & RoleBearer & { readonly _is_anonymous?: boolean }
  reject(error: object): never
}

/** What is used of an application service. */
export interface EnforcingService {
  readonly model?: Model
  /** Where it is served, and by which protocols. */
  readonly endpoints?: readonly { readonly kind: string }[]
  run(query: unknown): Promise<unknown>
}

/** Refuses a request: 403, or 401 for somebody who has not said who he is. @internal */
export function refuse(request: EnforcedRequest, code: string, message: string): never {
  return request.reject({ status: request.user._is_anonymous ? 401 : 403, code, message })
}
