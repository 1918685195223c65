import type { DerivedAttribute } from './derived-attribute.js'
import type { UserFacts } from './user-value.js'

/** What is read and changed of CAP's user object. */
export interface User {
  readonly id?: unknown
  attr?: unknown
  readonly _is_privileged?: boolean
}

/** What is read and changed of a request. */
export interface UserRequest {
  user: User
  readonly tenant?: unknown
}

/** What conditions can ask about the user of a request. Few ask for the tenant, and CAP has to look for it. @internal */
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
    const value = attribute.compute(facts)
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
