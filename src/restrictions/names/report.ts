import { compiledCondition } from '../model/compiled.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import { restrictionsOf, type UnsafePlace } from '../model/rewrite.js'
import type { Finding } from './finding.js'

/** Finding with its parts. */
export interface UnsafeFinding extends Finding {
  readonly cause: string
  readonly fix: string
}

/** A message that says where the condition is, what is wrong with it, and how to write it. @internal */
export function unsafeFinding({ definition, condition, problem }: UnsafePlace): UnsafeFinding {
  const cause =
    `@restrict of ${placeOf(definition)} has a condition that CAP can not be relied on to evaluate: ` +
    `${condition} - ${problem.reason}`
  const fix = `Instead, ${problem.advice}.`
  return { rule: 'unsafe-condition', message: `${cause}. ${fix}`, definition, cause, fix }
}

/** Conditions that work for an entity itself, but not where it is reached by an association. @internal */
export function joinFindings(model: Model): Finding[] {
  return Object.values(model.definitions).flatMap((definition) =>
    restrictionsOf(definition).flatMap((restriction) =>
      (compiledCondition(restriction).joins ?? []).map((condition): Finding => {
        const message =
          `@restrict of ${placeOf(definition)} compares elements of different entities: ${condition} - ` +
          'paths and $expand to the entity are answered with an error. ' +
          'Instead, compare elements of one entity with $user or a constant, or use "exists" with a filter.'
        return { rule: 'condition-with-join', message, definition }
      })
    )
  )
}

function placeOf({ parent, name, $location }: RestrictedDefinition): string {
  const { file, line } = $location ?? {}
  const location = file ? ` (${file}${line ? `:${String(line)}` : ''})` : ''
  return `${parent?.kind === 'entity' ? `an action of ${parent.name}` : name}${location}`
}
