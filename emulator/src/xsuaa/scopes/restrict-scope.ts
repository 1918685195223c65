import { audience, type Claims } from '../claims.js'
import { invalidScope } from '../token-error.js'

/**
 * Narrows the scopes of a token to the requested ones; it never widens them. The audience follows.
 *
 * @param requested - names with blanks between; all, if it is `null` or empty
 * @throws TokenError if none is left
 */
export function restrictScope(claims: Claims, clientId: string, requested: string | null): Claims {
  const wanted = scopesOf(requested)
  if (!wanted.size) return claims
  const scope = (claims['scope'] as string[]).filter((name) => wanted.has(name))
  if (!scope.length) throw invalidScope()
  return {
    ...claims,
    scope,
    ...(claims['authorities'] !== undefined && { authorities: scope }),
    aud: audience({ id: clientId }, scope)
  }
}

/** The names in the parameter `scope`. */
export function scopesOf(requested: string | null): Set<string> {
  return new Set((requested ?? '').split(/\s+/).filter(Boolean))
}
