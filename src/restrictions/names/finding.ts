import type { RestrictedDefinition } from '../model/definition.js'

/** Something to mend in the model. */
export interface Finding {
  readonly rule:
    | 'unknown-attribute'
    | 'unknown-role'
    | 'unknown-element'
    | 'unsafe-condition'
    | 'condition-with-join'
  readonly message: string
  readonly definition: RestrictedDefinition
}
