import type { Expression, Token } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'

/** One entry of `@restrict`, as in the model. */
export interface Restriction {
  readonly grant?: string | readonly string[]
  readonly to?: string | readonly string[]
  /** Text, or CXN. */
  readonly where?: string | Expression | readonly Token[]
  /** The condition as it was modelled, if `where` is rewritten; also in copies of the model. */
  readonly modelledWhere?: Restriction['where']
}

/** Definition of the linked model, with the members that are read here. */
export interface RestrictedDefinition extends Definition {
  readonly name: string
  readonly kind: string
  '@restrict'?: readonly Restriction[]
  readonly parent?: RestrictedDefinition
  readonly actions?: Readonly<Record<string, RestrictedDefinition>>
  /** Entity of the drafts. */
  readonly drafts?: RestrictedDefinition
  /** Entity of the active records, for drafts. */
  readonly actives?: RestrictedDefinition
  readonly isDraft?: boolean
  /** Also compositions; none if there are none. */
  readonly associations?: object
  readonly compositions?: Readonly<Record<string, Definition>>
  /** Null for an entity without a key. */
  readonly keys?: Readonly<Record<string, Definition>> | null
  readonly _service?: {
    readonly name: string
    readonly entities?: object
    readonly [annotation: `@${string}`]: unknown
  }
  readonly query?: { readonly _target?: RestrictedDefinition }
  readonly [annotation: `@${string}`]: unknown
  readonly $location?: { readonly file?: string; readonly line?: number }
}

/** Model that CAP has compiled for Node.js, with the members that are read here. */
export interface Model {
  readonly definitions: Readonly<Record<string, RestrictedDefinition>>
}
