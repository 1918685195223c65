import type { ErrorCode } from '../../errors.js'
import { explainLater } from '../../lib/log.js'
import type { DerivedAttribute } from '../condition/derived.js'
import { asParameter } from '../condition/per-database.js'
import type { Query, Segment } from '../condition/types.js'
import type { UserFacts } from '../condition/user-value.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import type { RoleBearer } from '../model/permission.js'
import { type Concern, refusalOf } from './refusal.js'

/** Request to an application service, with the members that are read here. */
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

/** Application service with the members that are used here. */
export interface EnforcingService {
  readonly model?: Model
  /** Endpoints with their protocols. */
  readonly endpoints?: readonly { readonly kind: string }[]
  run(query: unknown): Promise<unknown>
}

/**
 * Refuses a request: 403, or 401 for somebody who has not said who he is. The log has the facts, the client the message.
 *
 * @param concern - entity and event that it is about. Default: those of the request
 * @internal
 */
export function refuse(
  request: EnforcedRequest,
  code: ErrorCode,
  message: string,
  concern: Concern = {}
): never {
  try {
    return request.reject({ status: request.user._is_anonymous ? 401 : 403, code, message })
  } catch (error) {
    explainLater(error, explanationOf(request, code, message, concern))
    throw error
  }
}

function explanationOf(
  request: EnforcedRequest,
  code: ErrorCode,
  message: string,
  { entity = request.target, event = request.event }: Concern
) {
  const about = entity?.actives ?? entity
  return refusalOf(
    code,
    message,
    { entity: about, event },
    { user: request.user, facts: factsOf(request) }
  )
}

/**
 * Explains that CAP itself has refused a record by a condition, for the log.
 *
 * @internal
 */
export function explainRefusedRecord(error: unknown, request: EnforcedRequest): void {
  const message = 'You may not change this record.'
  explainLater(error, explanationOf(request, 'ERR_WRITE_RESTRICTED', message, {}))
}

/** User object of CAP, with the members that are read and changed here. */
export interface User {
  readonly id?: unknown
  attr?: unknown
  readonly _is_privileged?: boolean
}

/** Request with the members that are read and changed here. */
export interface UserRequest {
  user: User
  readonly tenant?: unknown
}

/**
 * Returns the facts that conditions can ask for about the user of a request. The tenant is read when it is needed: CAP has to
 * look for it.
 *
 * @internal
 */
export function factsOf(request: UserRequest): UserFacts {
  const { id, attr } = request.user
  return {
    id,
    attr,
    get tenant() {
      return request.tenant
    },
    get texts() {
      return texts.get(request)
    }
  }
}

const texts = new WeakMap<UserRequest, Map<string, readonly string[]>>()

/** Keeps, for the current request, which texts in the database a derived attribute's patterns match. @internal */
export function rememberTexts(request: UserRequest, key: string, found: readonly string[]): void {
  texts.set(request, (texts.get(request) ?? new Map<string, readonly string[]>()).set(key, found))
}

/**
 * Computes derived attributes for the current request. They are not enumerable: nobody who looks at the attributes of a
 * user sees them. An attribute of that name from elsewhere does not survive.
 *
 * @internal
 */
export function setDerivedAttributes(
  request: UserRequest,
  attributes: Iterable<DerivedAttribute>
): void {
  const facts = factsOf(request)
  const attr = extensibleAttributes(request)
  for (const attribute of attributes) {
    const { key } = attribute
    const computed = attribute.compute(facts)
    const value = Array.isArray(computed) ? asParameter(computed, attribute.isOfText) : computed
    const known = Object.hasOwn(attr, key)
    if (value !== undefined && known) Reflect.set(attr, key, value)
    else if (value !== undefined) Object.defineProperty(attr, key, { ...HIDDEN, value })
    else if (known) Reflect.deleteProperty(attr, key)
  }
}

const HIDDEN = { configurable: true, writable: true }

function extensibleAttributes(request: UserRequest): object {
  const { attr } = request.user
  if (typeof attr === 'object' && attr !== null && Object.isExtensible(attr)) return attr
  const copy = typeof attr === 'object' ? { ...attr } : {}
  if (Object.isFrozen(request.user)) request.user = Object.create(request.user) as User
  Object.defineProperty(request.user, 'attr', { ...HIDDEN, value: copy })
  return copy
}
