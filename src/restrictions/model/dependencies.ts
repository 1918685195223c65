import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import type { Segment, Token } from '../condition/types.js'
import type { RestrictedDefinition } from './definition.js'
import { storedElement } from './stored-element.js'

/** Association with the members that are read here. */
interface Association extends Definition {
  readonly keys?: readonly { readonly ref: readonly string[]; $generatedFieldName?: string }[]
  readonly on?: readonly Token[]
}

/**
 * Returns the elements of tables that a condition is about, also at the end of paths and on the way there, as
 * {@link storedElement} names them; nothing if that can't be told, as for subqueries and what is calculated.
 *
 * @param entity - whose elements the paths begin at
 * @internal
 */
export function dependenciesOf(
  tokens: readonly Token[],
  entity: RestrictedDefinition
): ReadonlySet<string> | undefined {
  const found = new Set<string | undefined>()
  addTokens(tokens, entity, found)
  return found.has(undefined) ? undefined : (found as Set<string>)
}

/** Names; `undefined` stands for what can't be told. */
type Found = Set<string | undefined>

function addTokens(tokens: readonly Token[], entity: RestrictedDefinition, found: Found): void {
  for (const token of tokens) {
    if (typeof token === 'string') continue
    const { ref, xpr = [], args = [], list = [], SELECT } = token
    if (SELECT) found.add(undefined)
    if (ref) addPath(ref, entity, found)
    addTokens([...xpr, ...Object.values<Token>(args), ...list], entity, found)
  }
}

function addPath(path: readonly Segment[], entity: RestrictedDefinition, found: Found): void {
  const ref = path[0] === '$self' ? path.slice(1) : path
  if (ref[0] === '$user') return
  let [current, name] = [entity, '']
  for (const [index, segment] of ref.entries()) {
    name = name ? `${name}_${nameOf(segment)}` : nameOf(segment)
    const association: Association | undefined = current.elements?.[name]
    const target = association?._target as RestrictedDefinition | undefined
    if (association && target) {
      addAssociation(association, name, current, found)
      if (typeof segment !== 'string') addTokens(segment.where ?? [], target, found)
      ;[current, name] = [target, '']
    } else if (index === ref.length - 1) found.add(storedElement(current, name))
  }
}

/** Foreign keys and the keys that they hold, or what is compared. */
function addAssociation(
  { keys, on = [], _target }: Association,
  name: string,
  entity: RestrictedDefinition,
  found: Found
): void {
  const target = _target as RestrictedDefinition
  for (const { ref, $generatedFieldName: generated } of keys ?? []) {
    const key = ref.join('_')
    found.add(storedElement(entity, generated ?? `${name}_${key}`))
    found.add(storedElement(target, key))
  }
  for (const token of on) {
    if (typeof token === 'string') continue
    const [first, ...rest] = token.ref ?? []
    if (first === name) addPath(rest, target, found)
    else if (token.ref) addPath(token.ref, entity, found)
    else if (!('val' in token)) found.add(undefined)
  }
  if (!keys && !on.length) found.add(undefined)
}
