import type { Expression, Segment, Token } from './types.js'

/**
 * True if `$user` occurs in the tokens, at any depth.
 *
 * @internal
 */
export function mentionsUser(tokens: readonly Token[]): boolean {
  return tokens.some((token) => some(token, ({ ref }) => ref?.[0] === '$user'))
}

/**
 * True if the tokens depend on a row: on an element, a path or a subquery. Pseudo variables other than `$user` count,
 * because the database resolves them.
 *
 * @internal
 */
export function mentionsRow(tokens: readonly Token[]): boolean {
  return tokens.some((token) =>
    some(token, ({ ref, SELECT }) => SELECT !== undefined || (ref && ref[0] !== '$user'))
  )
}

/** Every path that begins with `$user`, without the `$user`. @internal */
export function userPaths(tokens: readonly Token[]): string[][] {
  return paths(tokens)
    .filter(([first]) => first === '$user')
    .map((path) => path.slice(1))
}

/** Every other path. @internal */
export function rowPaths(tokens: readonly Token[]): string[][] {
  return paths(tokens).filter(([first]) => first !== '$user')
}

function paths(tokens: readonly Token[]): string[][] {
  const found: string[][] = []
  for (const token of tokens) {
    some(token, ({ ref }) => {
      if (ref) found.push(ref.map(nameOf))
      return false
    })
  }
  return found
}

/** @internal */
export function nameOf(segment: Segment): string {
  return typeof segment === 'string' ? segment : segment.id
}

function some(token: Token, test: (expression: Expression) => boolean | undefined): boolean {
  if (typeof token === 'string') return false
  return Boolean(test(token)) || partsOf(token).some((part) => some(part, test))
}

function partsOf({ ref, xpr, args, list, SELECT }: Expression): Token[] {
  const filters = (ref ?? []).flatMap((s) => (typeof s === 'string' ? [] : (s.where ?? [])))
  return [...filters, ...(xpr ?? []), ...listed(args), ...(list ?? []), ...everything(SELECT)]
}

/** Arguments are a list, or named. */
function listed(args: unknown): Token[] {
  return args && typeof args === 'object' ? (Object.values(args) as Token[]) : []
}

/** Returns the tokens in all clauses of a subquery. */
function everything(value: unknown): Token[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((part: unknown) =>
    Array.isArray(part) ? part.flatMap(asTokens) : asTokens(part)
  )
}

function asTokens(part: unknown): Token[] {
  return typeof part === 'object' && part !== null ? [part, ...everything(part)] : []
}
