import type { JWK } from 'jose'

import { ConfigurationError } from '../../errors.js'

/** Number of keys that there may be: the current one, and the next or the last. */
const AT_ONCE = 2

/**
 * Returns private keys: a JWK, a list of them, a JWK set, or one of these as JSON text, as in a Kubernetes secret. The first one signs.
 *
 * @param path - where they are, for messages
 * @throws {@link ConfigurationError} that names the place, and no value
 * @internal
 */
export function privateKeysOf(path: string, keys: unknown): readonly JWK[] {
  const value = parsed(path, keys)
  const list = Array.isArray(value) ? value : ((value as { keys?: unknown }).keys ?? [value])
  if (!Array.isArray(list) || !list.length || !list.every(isKey)) {
    throw new ConfigurationError(`${path}: expected a private key (JWK), or two of them`)
  }
  if (list.length > AT_ONCE) {
    throw new ConfigurationError(`${path} has ${String(list.length)} keys: at most two at a time`)
  }
  return list
}

function parsed(path: string, value: unknown): object {
  try {
    const found: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (typeof found === 'object' && found) return found
  } catch {
    // the message has no value: it would be a secret
  }
  throw new ConfigurationError(
    `${path} is missing or no JSON: bind the service that has the keys ("npx cds-principal delegations init" prints how)`
  )
}

function isKey(value: unknown): value is JWK {
  return typeof value === 'object' && value !== null && typeof (value as JWK).kty === 'string'
}
