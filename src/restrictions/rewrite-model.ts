import { type CompiledCondition, remember, tokensOf } from './compiled-condition.js'
import type { Token } from './condition.js'
import { type DerivedAttribute, isDerived } from './derived-attribute.js'
import { assertEvaluable } from './evaluate-restriction.js'
import { mentionsRow, mentionsUser, userPaths } from './mentions.js'
import { normalize } from './normalize-condition.js'
import { printCondition } from './print-condition.js'
import { isRemote } from './remote-entity.js'
import { NEVER } from './resolve-condition.js'
import type { Model, RestrictedDefinition, Restriction } from './restricted-definition.js'
import { grantsRecords, splitForRemote } from './split-for-remote.js'
import { UnsafeCondition } from './unsafe-condition.js'

/** A condition that can't be made safe, and where it is. */
export interface UnsafePlace {
  readonly definition: RestrictedDefinition
  readonly condition: string
  readonly problem: UnsafeCondition
}

/** `@restrict` as it was modelled, by definition whose `@restrict` was rewritten. */
const modelled = new WeakMap<RestrictedDefinition, readonly Restriction[]>()

/** What the conditions of a definition refer to, each once. */
const attributes = new WeakMap<RestrictedDefinition, DerivedAttribute[]>()

const NONE: readonly DerivedAttribute[] = []

/** The derived attributes that the conditions of a definition refer to. @internal */
export function attributesOf(definition: RestrictedDefinition): readonly DerivedAttribute[] {
  return attributes.get(definition) ?? NONE
}

/** The restrictions of a definition as they were modelled, with conditions as the developer wrote them. @internal */
export function restrictionsOf(definition: RestrictedDefinition): readonly Restriction[] {
  const own = Object.hasOwn(definition, '@restrict') ? modelled.get(definition) : undefined
  return own ?? definition['@restrict'] ?? []
}

/**
 * Rewrites the conditions of a runtime model that use `$user`. Annotations are replaced, never changed, so the model that
 * it was compiled from stays as it is. Doing it twice changes nothing.
 *
 * @returns the conditions for which there is no normal form; they let nobody pass
 * @internal
 */
export function rewriteModel(model: Model): UnsafePlace[] {
  const unsafe: UnsafePlace[] = []
  for (const definition of Object.values(model.definitions)) {
    for (const each of [definition, definition.drafts, ...Object.values(definition.actions ?? {})])
      if (each?.['@restrict'] && Object.hasOwn(each, '@restrict')) rewrite(each, model, unsafe)
  }
  return unsafe
}

function rewrite(definition: RestrictedDefinition, model: Model, unsafe: UnsafePlace[]): void {
  const restrictions = definition['@restrict'] ?? []
  const safe = restrictions.map((restriction) => {
    const tokens = userCondition(restriction)
    return tokens && safely(restriction, tokens, definition, model, unsafe)
  })
  if (!safe.some(Boolean)) return
  const onlyStatic = restrictions.every((r, i) => !r.where || (safe[i] && !mentionsRow(safe[i])))
  const entity = definition.kind === 'entity'
  const replaced = restrictions.map((restriction, i): Restriction => {
    const tokens = safe[i]
    if (!tokens) return restriction
    // CAP refuses CREATE when the conditions without elements are false, whatever the other ones are
    const asIs = onlyStatic || !entity || !looksStatic(tokens)
    return { ...restriction, where: { xpr: asIs ? tokens : [{ xpr: tokens }] } }
  })
  modelled.set(definition, restrictions)
  const remote = entity && isRemote(definition)
  definition['@restrict'] = remote ? splitForRemote(definition, replaced) : replaced
}

/** CAP takes three tokens for a condition without elements, if no element is left when it has put in values. */
function looksStatic(tokens: readonly Token[]): boolean {
  return tokens.length === 3
}

function safely(
  restriction: Restriction,
  tokens: readonly Token[],
  definition: RestrictedDefinition,
  model: Model,
  unsafe: UnsafePlace[]
): readonly Token[] {
  let condition: CompiledCondition = { tokens: NEVER, attributes: new Map() }
  try {
    condition = compile(restriction, tokens, definition, model)
  } catch (problem) {
    if (!(problem instanceof UnsafeCondition)) throw problem
    unsafe.push({ definition, condition: printCondition(tokens), problem })
  }
  remember(restriction, condition)
  const known = attributes.get(definition) ?? []
  const added = [...condition.attributes.values()].filter(
    ({ key }) => !known.some((attribute) => attribute.key === key)
  )
  attributes.set(definition, [...known, ...added])
  return condition.tokens
}

function compile(
  restriction: Restriction,
  tokens: readonly Token[],
  definition: RestrictedDefinition,
  model: Model
): CompiledCondition {
  const entity = entityOf(definition)
  const remote = entity !== undefined && isRemote(entity)
  const found = new Map<string, DerivedAttribute>()
  const reference = (attribute: DerivedAttribute): Token => {
    found.set(attribute.key, attribute)
    return { ref: ['$user', attribute.key] }
  }
  if (remote && (definition !== entity || grantsRecords(restriction, entity))) {
    assertEvaluable(tokens, entity)
  }
  const definitionOf = (name: string) => model.definitions[name]
  const scope = { entity, remote, reference, definition: definitionOf }
  return { tokens: normalize(tokens, scope), attributes: found }
}

/** Bound actions are restricted by elements of their entity. */
function entityOf(definition: RestrictedDefinition): RestrictedDefinition | undefined {
  if (definition.kind === 'entity') return definition
  return definition.parent?.kind === 'entity' ? definition.parent : undefined
}

/** The tokens of a condition that uses `$user`, unless it is rewritten already. */
function userCondition({ where }: Restriction): readonly Token[] | undefined {
  const tokens = tokensOf(where)
  if (!mentionsUser(tokens)) return undefined
  const rewritten = userPaths(tokens).every(([name]) => name !== undefined && isDerived(name))
  return rewritten ? undefined : tokens
}
