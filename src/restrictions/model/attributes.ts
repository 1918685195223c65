import type { Segment } from '../condition/types.js'
import type { DerivedAttribute } from '../condition/derived.js'
import { nameOf } from '../condition/mentions.js'
import type { Model, RestrictedDefinition } from './definition.js'
import { attributesOf } from './rewrite.js'

/** Members of a request that tell which restrictions count. */
export interface TargetedRequest {
  readonly event: string
  readonly target?: RestrictedDefinition | undefined
  readonly subject?: { readonly ref?: readonly Segment[] } | undefined
}

/**
 * The derived attributes that CAP may ask for when it checks a request: those of its target, of entities that the target is
 * a part of, or is reached by, of what a draft is a draft of, and of the action.
 *
 * @internal
 */
export function attributesFor(
  { event, target, subject }: TargetedRequest,
  service: string,
  model: Model
): readonly DerivedAttribute[] {
  const isAlone = target && !target.elements?.up_ && !target.actions?.[event] && !target.actives
  if (isAlone && !subject?.ref?.[1]) return attributesOf(target)
  const operation = target ? target.actions?.[event] : model.definitions[`${service}.${event}`]
  const involved = [operation, ...ancestors(target), ...passed(subject?.ref ?? [], model)]
  return [...new Set(involved)].flatMap((definition) =>
    definition ? attributesOf(definition) : []
  )
}

function ancestors(target: RestrictedDefinition | undefined): RestrictedDefinition[] {
  const found: RestrictedDefinition[] = []
  let current = target
  while (current && !found.includes(current)) {
    found.push(current, ...(current.actives ? [current.actives] : []))
    current = current.elements?.up_?._target as RestrictedDefinition | undefined
  }
  return found
}

/** Entities on the path of the request before its target. */
function passed(ref: readonly Segment[], { definitions }: Model): RestrictedDefinition[] {
  const [first, ...path] = ref
  if (first === undefined || !path.length) return []
  let current = definitions[nameOf(first)]
  const found = current ? [current] : []
  for (const segment of path) {
    current = current?.elements?.[nameOf(segment)]?._target as RestrictedDefinition | undefined
    if (current) found.push(...ancestors(current))
  }
  return found
}
