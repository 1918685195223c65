import { nearestName } from '../../lib/wording/closest.js'
import { nameOf } from '../condition/mentions.js'
import type { Expression, Token } from '../condition/types.js'
import { tokensOf } from '../model/compiled.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import type { Finding } from './finding.js'

/**
 * Finds paths in conditions that begin with no element of their entity. The compiler of CDS checks conditions that are
 * expressions; those that are texts (`where: 'plant = $user.plant'`) it does not read.
 *
 * @internal
 */
export function unknownElements(model: Model): Finding[] {
  return Object.entries(model.definitions).flatMap(([place, definition]) => {
    const { elements } = definition as { elements?: object }
    if (!elements) return []
    const texts = (definition['@restrict'] ?? []).flatMap(({ where }) =>
      typeof where === 'string' ? where : []
    )
    const names = texts.flatMap((where) => unknownIn(tokensOf(where), Object.keys(elements)))
    return [...new Set(names)].map((name) => finding(name, place, definition, elements))
  })
}

function finding(
  name: string,
  place: string,
  definition: RestrictedDefinition,
  elements: object
): Finding {
  const [first = '', ...rest] = name.split('.')
  const variable = first === 'user' ? ['$user', ...rest].join('.') : undefined
  const similar = variable ?? nearestName(first, Object.keys(elements))
  const hint = similar ? `; did you mean "${similar}"?` : '.'
  const message = `a condition of ${place} has "${name}", and there is no such element${hint}`
  return { rule: 'unknown-element', message, definition }
}

/** Structured elements are flat in some models, and below the first name in others. */
function unknownIn(tokens: readonly Token[], elements: readonly string[]): string[] {
  return pathsOf(tokens).flatMap((path) => {
    const [first = ''] = path
    const isKnown = elements.some((each) => each === first || each.startsWith(`${first}_`))
    return isKnown || first.startsWith('$') ? [] : path.join('.')
  })
}

/** Returns the paths that begin at the entity: not those in filters, which begin at the target of an association. */
function pathsOf(tokens: readonly Token[]): string[][] {
  return tokens.flatMap((token) => (typeof token === 'string' ? [] : pathsIn(token)))
}

function pathsIn({ ref, xpr, args, list }: Expression): string[][] {
  const parts = [...(xpr ?? []), ...(Array.isArray(args) ? (args as Token[]) : []), ...(list ?? [])]
  return [...(ref ? [ref.map(nameOf)] : []), ...pathsOf(parts)]
}
