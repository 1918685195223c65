import { secretsNamed } from '../lib/redact.js'

/** Names of properties whose values are secret. */
const SECRET = /secret|password|passwd|key|token|certificate|assertion|pfx|content|value/i

/** Names of properties that are like those, and whose values say where something is. */
const ADDRESS = /url|uri|location|issuer|domain|type|name$/i

/**
 * Returns the texts that must not be in a report: values of all properties at any depth whose names are those of secrets.
 */
export function secretsOf(data: unknown, depth = 0): string[] {
  if (typeof data !== 'object' || data === null || depth > 10) return []
  if (Array.isArray(data)) return data.flatMap((each) => secretsOf(each, depth + 1))
  const entries = Object.entries(data)
  const own = Object.fromEntries(entries.filter(([name]) => !ADDRESS.test(name)))
  return [
    ...secretsNamed(own, SECRET),
    ...entries.flatMap(([, value]) => secretsOf(value, depth + 1))
  ]
}
