import { printable } from '../../lib/redact.js'
import { needsCertificate } from '../../options.js'
import type { Identity } from '../../user/identity.js'
import { isPseudoRole } from '../../user/roles.js'
import { host } from '../codes/issuer-facts.js'
import type { Project } from '../project/project.js'
import { type CheckedToken, expectedAudience } from './check-token.js'
import { relativeTime } from './relative-time.js'

/** One claim of a token, with the result of its check. */
export interface ClaimRow {
  readonly name: string
  readonly value: string
  readonly expected?: string | undefined
  /** `none` for a claim that is not checked at all. */
  readonly verdict: 'passed' | 'failed' | 'unknown' | 'none'
  readonly code?: string | undefined
}

/** Decides what of a person is shown. */
export interface Shown {
  /** True for the user's name. */
  readonly user: boolean
  /** True for the values of attributes. */
  readonly withValues: boolean
}

/** Claims that a failure is about, by its code. */
const CLAIM_OF: Readonly<Record<string, string>> = {
  ERR_TOKEN_HEADER: 'header',
  ERR_TOKEN_SIGNATURE: 'signature',
  ERR_TOKEN_ISSUER: 'iss',
  ERR_TOKEN_AUDIENCE: 'aud',
  ERR_TOKEN_TYPE: 'type',
  ERR_TOKEN_EXPIRED: 'exp',
  ERR_TOKEN_NOT_YET_VALID: 'nbf',
  ERR_TOKEN_TENANT: 'tenant',
  ERR_TOKEN_BINDING: 'cnf'
}

/** Rows that stand for a check. */
const CHECKED = ['header', 'iss', 'aud', 'type', 'tenant', 'exp', 'nbf', 'cnf', 'signature']

/**
 * Returns the claims of a token one by one. Only claims that are no secret and say nothing about a person.
 *
 * @param shows - what of the person is shown
 * @internal
 */
export function claimRows(checked: CheckedToken, project: Project, shows: Shown): ClaimRow[] {
  const { header, payload } = checked.token
  const alias = checked.trusted?.issuer.alias
  const { expected: tenant, name: tenantClaim } = tenantOf(checked, project)
  const values: Record<string, [value: unknown, expected?: string | undefined]> = {
    header: [`alg ${text(header.alg)}, typ ${text(header.typ)}`, algorithms(project, alias)],
    iss: [hostOf(payload.iss), checked.trusted ? undefined : issuersIn(project)],
    aud: [list(payload.aud), alias && expectedAudience(project, alias).join(' or ')],
    azp: [payload.azp],
    cid: [payload.cid],
    client_id: [payload.client_id],
    tenant: [tenantClaim && `${tenantClaim} ${text(payload[tenantClaim])}`, tenant],
    exp: [time(payload.exp), 'in the future'],
    nbf: [time(payload.nbf), 'in the past'],
    iat: [time(payload.iat)],
    grant_type: [payload.grant_type],
    origin: [payload.origin],
    type: [typeOf(checked), 'access token'],
    cnf: [certificateOf(checked, project)],
    ...personal(checked.identity, shows),
    signature: [signatureOf(checked), "a key of the issuer, by the header's kid"]
  }
  return Object.entries(values).flatMap(([name, [value, expected]]) => {
    const found = rowOf(name, value, expected, checked)
    return found ? [found] : []
  })
}

function rowOf(
  name: string,
  value: unknown,
  expected: string | undefined,
  { failures, complete, trusted }: CheckedToken
): ClaimRow | undefined {
  const failure = failures.find(({ code, message }) => claimOf(code, message) === name)
  const isLast = failures.some(isAboutSignature)
  if (value === undefined && !failure) return undefined
  const isChecked = CHECKED.includes(name)
  const isSeen = complete || (isLast && name !== 'signature') || (name === 'iss' && trusted)
  const hasPassed = isSeen && name !== 'cnf'
  const verdict = failure ? 'failed' : !isChecked ? 'none' : hasPassed ? 'passed' : 'unknown'
  return { name, value: text(value), expected, verdict, code: failure?.code }
}

/** The signature is checked after everything else, but for its length. */
function isAboutSignature({ code, message }: { code: string; message: string }): boolean {
  const isLength = code === 'ERR_TOKEN_SIGNATURE' && message.includes('length')
  return (code === 'ERR_TOKEN_SIGNATURE' && !isLength) || code === 'ERR_ISSUER_UNAVAILABLE'
}

/** A message about the shape of a claim quotes its name. */
function claimOf(code: string, message: string): string | undefined {
  if (code !== 'ERR_TOKEN_CLAIM') return CLAIM_OF[code]
  return /"(\w+)"/.exec(message)?.[1] ?? 'user'
}

function signatureOf({ complete, failures }: CheckedToken): string {
  const failure = failures.find(isAboutSignature)
  if (failure?.code === 'ERR_ISSUER_UNAVAILABLE') {
    return `not checked: ${failure.explanation.cause}`
  }
  if (complete) return 'made with a key of the issuer'
  if (failure?.explanation.cause.includes('"kid"')) return failure.explanation.cause
  return failure ? 'not made with a key of the issuer' : 'not checked: the token was refused before'
}

function personal(identity: Identity | undefined, { user, withValues }: Shown) {
  if (!identity) return {}
  const { kind, userId, issuer, roles, attributes } = identity
  const attributeTexts = Object.entries(attributes).map(([name, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value]
    if (withValues) return `${name} ${values.map((each) => JSON.stringify(each)).join(', ')}`
    return `${name} (${String(values.length)})`
  })
  const named = Object.keys(roles).filter((role) => !isPseudoRole(role))
  const own = named.filter((role) => issuer !== 'xsuaa' || !role.includes('.'))
  const others = named.length - own.length
  const foreign = others ? ` (and ${String(others)} of other applications)` : ''
  const who = kind === 'technical' ? 'none: a technical user' : 'a named user'
  return {
    roles: [`${own.join(', ') || 'none of this application'}${foreign}`],
    attributes: [attributeTexts.join(', ') || 'none'],
    user: [user && kind === 'named' ? userId : who]
  } satisfies Record<string, [string]>
}

function tenantOf({ trusted }: CheckedToken, { auth, bindings: { xsuaa } }: Project) {
  const alias = trusted?.issuer.alias
  if (alias === 'xsuaa') {
    const isDedicated = xsuaa?.tenantmode === 'dedicated'
    return { name: 'zid', expected: isDedicated ? xsuaa.tenantid : 'any subscriber' }
  }
  if (alias === 'ias') return { name: 'app_tid', expected: undefined }
  const option = alias === undefined ? undefined : auth.issuers?.[alias]?.tenant
  return { name: typeof option === 'string' ? option : undefined, expected: undefined }
}

function typeOf({ failures }: CheckedToken): string | undefined {
  const failure = failures.find(({ code }) => code === 'ERR_TOKEN_TYPE')
  return failure ? failure.explanation.cause : 'access token'
}

function certificateOf({ token, trusted }: CheckedToken, { auth }: Project): string | undefined {
  const isNeeded = trusted?.issuer.alias === 'ias' && needsCertificate(auth, token.payload)
  return isNeeded ? 'needs the client certificate of the request' : undefined
}

function algorithms({ auth }: Project, alias: string | undefined): string {
  return `alg ${(auth.issuers?.[alias ?? '']?.algorithms ?? ['RS256']).join(' or ')}`
}

function issuersIn({ auth, bindings: { xsuaa, ias } }: Project): string {
  const hosts = [
    ...(xsuaa ? [`<subdomain>.${host(xsuaa.uaadomain)}`] : []),
    ...(ias?.domains ?? []),
    ...Object.values(auth.issuers ?? {}).map(({ issuer }) => host(issuer))
  ]
  return hosts.join(', ') || 'the host of an issuer, and none is bound here'
}

const hostOf = (iss: unknown) => (typeof iss === 'string' ? host(iss) : 'missing')
const list = (value: unknown) =>
  value === undefined ? 'missing' : [value].flat().map(text).join(', ')
const time = (value: unknown) => (value === undefined ? undefined : relativeTime(value))

function text(value: unknown): string {
  if (typeof value === 'string') return printable(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'none'
}
