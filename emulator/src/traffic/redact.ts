import type { IncomingHttpHeaders } from 'node:http'
import { jose } from '../lib/jose.js'

/** Headers and parameters whose value proves an identity, as a token or otherwise. */
const SECRETS = [
  /authorization|authentication|cookie|token$|^token|jwt|assertion|samlresponse|^code$|verifier/i,
  /secret|password|credential|session|api[-_]?key|certificate|client[-_]cert/i
]

/** About tokens or sessions, and none themselves. */
const HARMLESS =
  /^(token_format|token_type_hint|requested_token_type|x-csrf-token|x-sap-security-session)$/i

/** Headers or parameters without their secrets, and the claims of the tokens among them. */
export interface Redacted {
  values: Record<string, string>
  claims: Record<string, Record<string, unknown>>
}

/** Takes tokens, secrets, cookies and certificates out. */
export function redact(entries: Iterable<[name: string, value: string]>): Redacted {
  const values: [string, string][] = []
  const claims: [string, Record<string, unknown>][] = []
  for (const [name, value] of entries) {
    const isSecret = SECRETS.some((each) => each.test(name)) && !HARMLESS.test(name)
    values.push([name, isSecret ? schemeOf(value) : value])
    const token = isSecret ? claimsOf(value) : undefined
    if (token) claims.push([name, token])
  }
  return { values: Object.fromEntries(values), claims: Object.fromEntries(claims) }
}

/** Headers as entries; several values of one are joined. */
export function headerEntries(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? '')
  ])
}

function schemeOf(value: string): string {
  const [scheme] = /^(Bearer|Basic|DPoP|Digest) /i.exec(value) ?? []
  return value && `${scheme ?? ''}…`
}

function claimsOf(value: string): Record<string, unknown> | undefined {
  try {
    return jose.decodeJwt(value.replace(/^Bearer +/i, ''))
  } catch {
    return undefined
  }
}
