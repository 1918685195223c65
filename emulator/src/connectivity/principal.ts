import { LRUCache } from 'lru-cache'
import type { Authority } from '../certificates/authority.js'
import { UnresolvedVariable, type SubjectPattern } from '../certificates/subject-pattern.js'
import { Clock } from '../landscape/clock.js'
import { x509 } from '../certificates/x509.js'
import type { Claims } from '../xsuaa/claims.js'
import { noPrincipal } from './refusal.js'

/** The user as the backend gets to know it. */
export interface Principal {
  /** Subject of the certificate, RFC 4514. */
  subject: string
  /** Value of the header SSL_CLIENT_CERT: base64 of the DER, in one line. */
  certificate: string
}

/** Minutes that user certificates live. */
const VALID_MINUTES = 60

const BUSINESS = ['user_name', 'email', 'mail', 'user_uuid', 'sub']
const TECHNICAL = ['client_id', 'cid', 'sub', 'azp']

/** Makes the Cloud Connector's short-lived user certificates. */
export function createPrincipals(
  authority: Authority,
  pattern: SubjectPattern,
  clock = new Clock(),
  validMinutes = VALID_MINUTES
) {
  const validMs = validMinutes * 60_000
  const cache = new LRUCache<string, { principal: Promise<Principal>; issuedAt: number }>({
    max: 1000,
    // a cached one is replaced well before it expires
    ttl: (validMs * 5) / 6,
    ttlResolution: 0,
    perf: clock
  })
  return (claims: Claims): Promise<Principal> => {
    const subject = fillPattern(pattern, claims)
    // the whole subject is in the key: nobody gets a certificate with another's values
    const key = JSON.stringify([claims['zid'] ?? claims['app_tid'], subject])
    const cached = cache.get(key)
    const now = clock.now()
    // the clock can be set back: a certificate is not valid before it was issued
    if (cached && cached.issuedAt <= now) return cached.principal
    const principal = issue(authority, subject, validMs)
    cache.set(key, { principal, issuedAt: now })
    principal.catch(() => cache.delete(key))
    return principal
  }
}

function fillPattern(pattern: SubjectPattern, claims: Claims) {
  try {
    return pattern((variable) => resolveVariable(variable, claims))
  } catch (error) {
    throw error instanceof UnresolvedVariable ? noPrincipal(error.message) : error
  }
}

async function issue(
  authority: Authority,
  subject: ReturnType<SubjectPattern>,
  validMs: number
): Promise<Principal> {
  const { cert } = await authority.issue({ subject, usage: 'client', validMs })
  const certificate = new x509.X509Certificate(cert)
  return {
    subject: certificate.subject,
    certificate: Buffer.from(certificate.rawData).toString('base64')
  }
}

/**
 * Value of a variable of the subject pattern. `${name}` is resolved in the Cloud Connector's order,
 * which differs for business users and technical users; `${cp.x}` is the claim `x`, any other name
 * an attribute of `xs.user.attributes`, then a claim.
 */
export function resolveVariable(variable: string, claims: Claims): string | undefined {
  const isUser = ['user_name', 'origin'].some((name) => claims[name] !== undefined)
  const isTechnical = !isUser && claims['sap_id_type'] !== 'user'
  const first = (...names: string[]) => names.map((name) => text(claims[name])).find(Boolean)
  switch (variable) {
    case 'name':
      return first(...(isTechnical ? TECHNICAL : BUSINESS))
    case 'mail':
    case 'email':
      return first('email', 'mail')
    case 'display_name':
      return first('display_name') ?? fullName(claims)
    case 'login_name':
      return first('login_name', 'user_name')
    case 'user_uuid':
      return first('user_uuid', 'user_id')
    case 'user_type':
      return isTechnical ? 'Technical' : 'Business'
    default:
      if (variable.startsWith('cp.')) return first(variable.slice('cp.'.length))
      return attribute(claims, variable) ?? first(variable)
  }
}

function fullName(claims: Claims): string | undefined {
  const parts = [text(claims['given_name']), text(claims['family_name'])].filter(Boolean)
  return parts.join(' ') || undefined
}

function attribute(claims: Claims, name: string): string | undefined {
  const attributes = claims['xs.user.attributes']
  if (typeof attributes !== 'object' || attributes === null) return undefined
  const value: unknown = Object.hasOwn(attributes, name) ? (attributes as Claims)[name] : undefined
  return text(Array.isArray(value) ? (value as unknown[])[0] : value)
}

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined)
