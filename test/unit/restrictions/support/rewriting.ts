import cds from '@sap/cds'

import type {
  Column,
  Query,
  Segment,
  Select,
  Token
} from '../../../../src/restrictions/condition/types.js'
import { refuseCalculated, refuseHidingName } from '../../../../src/restrictions/read/queries.js'
import { restrictExpand } from '../../../../src/restrictions/read/expand.js'
import { restrictPaths } from '../../../../src/restrictions/read/paths.js'
import type { EnforcedRequest } from '../../../../src/restrictions/request/request.js'
import type { RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'
import { definitionIn, modelOf } from './model.js'

/**
 * Orders and what is associated with them. Each entity has a condition of its own for role `Clerk`, so that a query shows whose
 * condition is where. Role `Reader` may read all, and `Regions` and `Codes` are open.
 */
export const model = modelOf(`
entity db.Orders { key ID : Integer; title : String; owner : Integer; site : Association to db.Sites; next : Association to db.Orders;
  at { place : String; site : Association to db.Sites; }; visit : Association to db.Visits; seat : Association to db.Seats;
  items : Composition of many { key pos : Integer; text : String; site : Association to db.Sites; };
  notes : Composition of many db.Notes on notes.order = $self; SiblingEntity : Association to db.Orders; }
entity db.Notes { key ID : Integer; order : Association to db.Orders; text : String; reader : Integer; }
entity db.Sites { key ID : Integer; key part : String; name : String; plant : Integer; region : Association to db.Regions;
  virtual shown : Boolean; orders : Association to many db.Orders on orders.site = $self; }
entity db.Visits { key site : Association to db.Sites; key day : Date; guest : Integer; }
entity db.Seats { key at { row : Integer; number : Integer; }; taken : Integer; }
entity db.Regions { key ID : Integer; name : String; main : Association to db.Sites;
  orders : Association to many db.Orders on orders.title = name; }
entity db.Codes { key ID : Integer; name : String; }
service S {
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (owner = 1) }, { grant: 'READ', to: 'Reader' } ]
  entity Orders as projection on db.Orders;
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (reader = 1) }, { grant: 'READ', to: 'Reader' } ]
  entity Notes as projection on db.Notes;
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (plant = 1) }, { grant: 'READ', to: 'Reader' } ]
  entity Sites as projection on db.Sites;
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (guest = 1) }, { grant: 'READ', to: 'Reader' } ]
  entity Visits as projection on db.Visits;
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (taken = 1) }, { grant: 'READ', to: 'Reader' } ]
  entity Seats as projection on db.Seats;
  entity Regions as projection on db.Regions;
  entity Codes as projection on db.Codes;
  @restrict: [
    { grant: 'READ', to: ['Clerk', 'Chief'], where: (site.name = 'x' and ID > 0) }, { grant: 'READ', to: 'Other', where: (next.title = 'x') },
    { grant: 'READ', where: (visit.guest = 1) }
  ]
  @cds.redirection.target: false
  entity Joined as projection on db.Orders;
}
service Other {
  entity Orders as projection on db.Orders;
  @restrict: [ { grant: 'READ', to: 'Clerk', where: (plant = 1) } ]
  entity Sites as projection on db.Sites;
}`)

/** The user who asks, and the service that is asked. */
export interface Asking {
  readonly roles?: readonly string[]
  readonly privileged?: boolean
  readonly anonymous?: boolean
  /** Protocols of the service. Default: OData. */
  readonly protocols?: readonly string[]
  /** Default: the entity that the query selects from. */
  readonly target?: RestrictedDefinition | undefined
}

/** Clients of the service may send queries in CQN. */
export const HCQL = { protocols: ['odata', 'hcql'] } as const

/** Restricts the paths of a query, and returns it as text. */
export function withPaths(query: string | object, asking: Asking = {}): string {
  return textOf(pathsOf(query, asking).query ?? {})
}

/** Restricts the paths of a query, and returns the request for it. */
export function pathsOf(query: string | object, asking: Asking = {}): EnforcedRequest {
  const request = requestFor(query, asking)
  restrictPaths(request, serviceFor(asking))
  return request
}

/** Restricts what a query expands, and returns it as text. */
export function withExpand(query: string | object, asking: Asking = {}): string {
  return textOf(expandOf(query, asking).query ?? {})
}

/** Restricts what a query expands, and returns the request for it. */
export function expandOf(query: string | object, asking: Asking = {}): EnforcedRequest {
  const request = requestFor(query, asking)
  restrictExpand(request, request.target ?? definition('S.Orders'))
  return request
}

/** Returns the refusal of a request; `undefined` if it is not refused. */
export function refusalOf(work: () => unknown): Refusal | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error
  }
}

/** Refuses a query with a name that hides what a condition means. */
export function checkNames(query: string | object, asking: Asking = {}): void {
  refuseHidingName(requestFor(query, asking))
}

/** Refuses a write that depends on other records. */
export function checkWrite(query: object, asking: Asking = HCQL): void {
  refuseCalculated(requestFor(query, asking), serviceFor(asking))
}

export const definition = (name: string): RestrictedDefinition => definitionIn(model, name)

/** An error by which a request is refused. */
export class Refusal extends Error {
  readonly status: unknown
  readonly code: unknown
  constructor(error: object) {
    const { message, status, code } = error as { message: string; status: unknown; code: unknown }
    super(message)
    this.status = status
    this.code = code
  }
}

function serviceFor({ protocols = ['odata'] }: Asking) {
  return { name: 'S', model, endpoints: protocols.map((kind) => ({ kind })) }
}

/** Returns a query as CAP parses it. */
export function queryOf(text: string | object): Query {
  return typeof text === 'string' ? (cds.parse.cql(text) as object) : text
}

function requestFor(text: string | object, asking: Asking): EnforcedRequest {
  const query = queryOf(text)
  const { roles = ['Clerk'], privileged = false, anonymous = false } = asking
  const user = {
    id: 'me',
    _is_privileged: privileged,
    _is_anonymous: anonymous,
    is: (role: string) => role === 'any' || roles.includes(role)
  }
  const target = 'target' in asking ? asking.target : targetOf(query.SELECT ?? {})
  const reject = (error: object): never => {
    throw new Refusal(error)
  }
  return { event: 'READ', query, data: {}, user, reject, ...(target && { target }) }
}

function targetOf({ from }: Select): RestrictedDefinition | undefined {
  if (from?.SELECT) return targetOf(from.SELECT)
  const [first, ...rest] = from?.ref ?? []
  let entity = first === undefined ? undefined : model.definitions[nameOf(first)]
  for (const segment of rest)
    entity = entity?.elements?.[nameOf(segment)]?._target as RestrictedDefinition | undefined
  return entity
}

const nameOf = (segment: Segment) => (typeof segment === 'string' ? segment : segment.id)

/** A query as short text. */
function textOf({ SELECT }: Query): string {
  if (!SELECT) return ''
  const { from = {}, columns, where, groupBy, having, orderBy } = SELECT
  const source = from.SELECT ? `(${textOf(from)})` : pathText(from.ref ?? [])
  const parts = [
    `from ${source}${from.as ? ` as ${from.as}` : ''}`,
    columns && `{ ${listed(columns)} }`,
    where && `where ${tokens(where)}`,
    groupBy && `group by ${listed(groupBy)}`,
    having && `having ${tokens(having)}`,
    orderBy && `order by ${listed(orderBy)}`
  ]
  return parts.filter(Boolean).join(' ')
}

const listed = (all: readonly Token[]): string => all.map(tokenText).join(', ')
const tokens = (all: readonly Token[]): string => all.map(tokenText).join(' ')
const pathText = (ref: readonly Segment[]): string =>
  ref
    .map((part) =>
      typeof part === 'string' || !part.where ? nameOf(part) : `${part.id}[${tokens(part.where)}]`
    )
    .join('.')

function tokenText(token: Token): string {
  if (typeof token === 'string') return token
  const { as, expand, inline, where, orderBy } = token as Column
  const within = [
    expand && ` { ${listed(expand)} }`,
    inline && `.{ ${listed(inline)} }`,
    where && ` where ${tokens(where)}`,
    orderBy && ` order by ${listed(orderBy)}`,
    as && ` as ${as}`
  ]
  return `${operand(token)}${within.filter(Boolean).join('')}`
}

function operand({ ref, val, xpr, func, args, list, SELECT }: Column): string {
  if (ref) return pathText(ref)
  if (func) return `${func}(${argumentsText(args ?? [])})`
  if (xpr) return xpr.length === 1 ? tokens(xpr) : `(${tokens(xpr)})`
  if (list) return `(${listed(list)})`
  if (SELECT) return `(${textOf({ SELECT })})`
  return typeof val === 'string' ? `'${val}'` : val === undefined ? '' : JSON.stringify(val)
}

function argumentsText(args: readonly Token[] | object): string {
  if (Array.isArray(args)) return listed(args as Token[])
  return Object.entries(args)
    .map(([name, value]) => `${name} => ${tokenText(value as Token)}`)
    .join(', ')
}
