import { type CompiledCondition, remember, tokensOf } from './compiled.js'
import type { Token } from '../condition/types.js'
import type { DerivedAttribute } from '../condition/derived.js'
import { assertEvaluable } from './evaluate-restriction.js'
import { hasJoin } from '../condition/normalize/joined-path.js'
import { mentionsRow, mentionsUser } from '../condition/mentions.js'
import { normalize } from '../condition/normalize/normalize.js'
import { printCondition } from '../condition/print.js'
import { isRemote } from './remote.js'
import { NEVER } from '../condition/resolve.js'
import type { Model, RestrictedDefinition, Restriction } from './definition.js'
import { grantsRecords, splitForRemote } from './split.js'
import { UnsafeCondition } from '../condition/unsafe.js'

/** A condition that can't be made safe, and where it is. */
export interface UnsafePlace {
  readonly definition: RestrictedDefinition
  readonly condition: string
  readonly problem: UnsafeCondition
}

/** Facts about a value of `@restrict` in a runtime model. */
interface Rewritten {
  /** The restrictions with conditions as the developer wrote them. */
  readonly modelled: readonly Restriction[]
  /** The derived attributes that the conditions refer to, each once. */
  readonly attributes: readonly DerivedAttribute[]
}

/**
 * By value of `@restrict`, not by definition: a linked copy of a definition, or one of another model, has the same value.
 */
const rewritten = new WeakMap<readonly Restriction[], Rewritten>()

const NONE: readonly DerivedAttribute[] = []

/** Returns the derived attributes that the conditions of a definition refer to. @internal */
export function attributesOf({
  '@restrict': restrictions
}: RestrictedDefinition): readonly DerivedAttribute[] {
  return (restrictions && rewritten.get(restrictions)?.attributes) ?? NONE
}

/** Returns the restrictions of a definition as they were modelled, with conditions as the developer wrote them. @internal */
export function restrictionsOf(definition: RestrictedDefinition): readonly Restriction[] {
  const restrictions = definition['@restrict'] ?? [] // null removes what is inherited
  return rewritten.get(restrictions)?.modelled ?? restrictions
}

/**
 * Rewrites the conditions of a runtime model that use `$user`, or paths to other records. Annotations are replaced, never changed, so the model that
 * it was compiled from stays as it is. Doing it twice changes nothing. A rewritten model can be copied, sent and compiled
 * again: as JSON its restrictions are the modelled ones, and copies keep the modelled conditions next to the rewritten ones.
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
  const annotated = definition['@restrict'] ?? []
  if (rewritten.has(annotated)) return
  // copies: two definitions can share a restriction and have different elements
  const modelled = annotated.map(asModelled)
  const attributes = new Map<string, DerivedAttribute>()
  const safe = modelled.map((restriction) => {
    const tokens = tokensOf(restriction.where)
    if (!mentionsUser(tokens)) return withoutPaths(restriction, definition, model)
    const condition = safely(restriction, tokens, definition, model, unsafe)
    for (const [key, attribute] of condition.attributes) attributes.set(key, attribute)
    return condition.tokens
  })
  if (!safe.some(Boolean) && !isSplit(definition, modelled)) {
    for (const restriction of annotated) withoutPaths(restriction, definition, model)
    return
  }
  const replaced = replacedBy(safe, modelled, definition)
  // for `JSON.stringify`, and no property that a copy would have
  Object.defineProperty(replaced, 'toJSON', { value: () => modelled })
  rewritten.set(replaced, { modelled, attributes: [...attributes.values()] })
  definition['@restrict'] = replaced
}

/** True for a remote entity with conditions: CAP would look for its records in the database. */
function isSplit(definition: RestrictedDefinition, restrictions: readonly Restriction[]): boolean {
  const isEntity = definition.kind === 'entity' && isRemote(definition)
  return isEntity && restrictions.some(({ where }) => where)
}

function asModelled({ modelledWhere, ...restriction }: Restriction): Restriction {
  return modelledWhere === undefined ? restriction : { ...restriction, where: modelledWhere }
}

function replacedBy(
  safe: readonly (readonly Token[] | undefined)[],
  modelled: readonly Restriction[],
  definition: RestrictedDefinition
): Restriction[] {
  const onlyStatic = modelled.every((r, i) => !r.where || (safe[i] && !mentionsRow(safe[i])))
  const entity = definition.kind === 'entity'
  const replaced = modelled.map((restriction, i): Restriction => {
    const tokens = safe[i]
    if (!tokens || !restriction.where) return restriction
    // CAP refuses CREATE when the conditions without elements are false, whatever the other ones are
    const asIs = onlyStatic || !entity || !looksStatic(tokens)
    const where = unshared(asIs ? tokens : [{ xpr: tokens }])
    return { ...restriction, where, modelledWhere: restriction.where }
  })
  return entity && isRemote(definition) ? splitForRemote(definition, replaced) : replaced
}

/**
 * Conditions without `$user` are CAP's to evaluate, but for paths: filters can't have them, and without a record at their end
 * they are another condition in the path of a request.
 */
function withoutPaths(
  restriction: Restriction,
  definition: RestrictedDefinition,
  model: Model
): readonly Token[] | undefined {
  const tokens = tokensOf(restriction.where)
  const entity = entityOf(definition)
  if (mentionsUser(tokens) || !hasJoin(tokens, entity)) return undefined
  try {
    const condition = compile(restriction, tokens, definition, model)
    remember(restriction, condition)
    return condition.joins?.length || (entity && isRemote(entity)) ? undefined : condition.tokens
  } catch (problem) {
    if (!(problem instanceof UnsafeCondition)) throw problem
    return undefined
  }
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
): CompiledCondition {
  let condition: CompiledCondition = { tokens: NEVER, attributes: new Map() }
  try {
    condition = compile(restriction, tokens, definition, model)
  } catch (problem) {
    if (!(problem instanceof UnsafeCondition)) throw problem
    unsafe.push({ definition, condition: printCondition(tokens), problem })
  }
  remember(restriction, condition)
  return condition
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
  const joins: string[] = []
  const onJoin = (join: readonly Token[]) => joins.push(printCondition(join))
  const scope = { entity, remote, reference, onJoin, definition: definitionOf }
  return { tokens: normalize(tokens, scope), attributes: found, joins }
}

/** Bound actions are restricted by elements of their entity. */
function entityOf(definition: RestrictedDefinition): RestrictedDefinition | undefined {
  if (definition.kind === 'entity') return definition
  return definition.parent?.kind === 'entity' ? definition.parent : undefined
}

/** A condition whose tokens are a new list each time: `@sap/ams` adds to the list what holds for one user. */
function unshared(tokens: readonly Token[]): { readonly xpr: Token[] } {
  return {
    get xpr() {
      return [...tokens]
    }
  }
}
