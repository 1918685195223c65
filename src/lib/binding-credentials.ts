/** Properties of bindings that are JSON; in Kubernetes secrets without metadata they are text. */
const JSON_TYPED = new Set(['uaa', 'domains', 'authentication_service', 'endpoints', 'encryption'])

/**
 * Returns the credentials of a binding with the types that they have in `VCAP_SERVICES`.
 *
 * @param credentials - may come from files, where everything is text
 * @see https://help.sap.com/docs/service-manager/sap-service-manager/consuming-service-bindings-in-kubernetes
 * @internal
 */
export function typedCredentials<T extends object>(credentials: T): T {
  const entries = Object.entries(credentials) as [string, unknown][]
  if (!entries.some(isJsonText)) return credentials
  return Object.fromEntries(
    entries.map((entry) => (isJsonText(entry) ? [entry[0], parsed(entry[1])] : entry))
  ) as T
}

function isJsonText(entry: readonly [string, unknown]): entry is [string, string] {
  const [name, value] = entry
  return JSON_TYPED.has(name) && typeof value === 'string' && /^\s*[[{]/.test(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text // what is missing in it is named where it is needed
  }
}
