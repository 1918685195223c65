import type { Definition } from '../element-type.js'
import type { Token } from '../types.js'
import type { Reference } from './comparison.js'

/** Surroundings of a condition. */
export interface Scope {
  /** The entity whose elements its paths begin at; none for unbound actions. */
  readonly entity: Definition | undefined
  /** True if a remote service evaluates the condition, which can do less than a database. */
  readonly remote: boolean
  readonly reference: Reference
  /** Called for what stays a path to another entity, which no filter can have. */
  readonly onJoin: (tokens: readonly Token[]) => void
  /** Finds the entity of a subquery. */
  readonly definition: (name: string) => Definition | undefined
}
