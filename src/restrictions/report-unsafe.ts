import type { Finding } from './check-names.js'
import type { UnsafePlace } from './rewrite-model.js'

/** A message that says where the condition is, what is wrong with it, and how to write it. @internal */
export function unsafeFinding({ definition, condition, problem }: UnsafePlace): Finding {
  const { parent, name } = definition
  const place = parent?.kind === 'entity' ? `an action of ${parent.name}` : name
  const { file, line } = definition.$location ?? {}
  const location = file ? ` (${file}${line ? `:${String(line)}` : ''})` : ''
  const message =
    `@restrict of ${place}${location} has a condition that CAP can not be relied on to evaluate: ` +
    `${condition} - ${problem.reason}. Instead, ${problem.advice}.`
  return { rule: 'unsafe-condition', message, definition }
}
