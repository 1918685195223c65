import type { Expression, Segment, Token } from './types.js'
import type { DerivedAttribute } from './derived.js'
import { forDatabase, listed } from './per-database.js'
import type { UserFacts } from './user-value.js'

/** @internal */
export const NEVER: readonly Token[] = [{ val: '1' }, '=', { val: '2' }]

/**
 * A condition in normal form with the values of a user in the place of derived attributes, for queries that CAP does not
 * restrict itself.
 *
 * @internal
 */
export function resolveCondition(
  tokens: readonly Token[],
  attributes: ReadonlyMap<string, DerivedAttribute>,
  facts: UserFacts
): Token[] {
  const valueOf = (key: string) => {
    const attribute = attributes.get(key)
    const value = attribute?.compute(facts)
    if (value === undefined) return undefined
    return Array.isArray(value) ? listed(value, attribute?.isOfText) : { val: value }
  }
  return resolve(tokens, valueOf)
}

/** Returns the value that replaces a derived attribute. */
type ValueOf = (key: string) => Expression | undefined

/** In normal form, a comparison with the user is alone in its list: without a value the list as a whole is false. */
function resolve(tokens: readonly Token[], valueOf: ValueOf): Token[] {
  const keys = tokens.flatMap((token) => keyOf(token) ?? [])
  const [value] = keys.map(valueOf)
  if (!keys.length) return tokens.map((token) => within(token, valueOf))
  if (value === undefined) return [...NEVER]
  return tokens.map((token) => {
    if (token === '=' && !('val' in value)) return 'in'
    return keyOf(token) === undefined ? within(token, valueOf) : value
  })
}

function within(token: Token, valueOf: ValueOf): Token {
  if (typeof token === 'string') return token
  const written = forDatabase(token)
  const { ref, xpr, args, SELECT } = written
  const where = SELECT?.where
  return {
    ...written,
    ...(xpr && { xpr: resolve(xpr, valueOf) }),
    ...(args && { args: resolve(args, valueOf) }),
    ...(ref && { ref: ref.map((segment) => filtered(segment, valueOf)) }),
    ...(where && { SELECT: { ...SELECT, where: resolve(where, valueOf) } })
  }
}

function filtered(segment: Segment, valueOf: ValueOf): Segment {
  if (typeof segment === 'string' || !segment.where) return segment
  return { ...segment, where: resolve(segment.where, valueOf) }
}

function keyOf(token: Token): string | undefined {
  const [variable, key] = typeof token === 'object' ? (token.ref ?? []) : []
  return variable === '$user' && typeof key === 'string' ? key : undefined
}
