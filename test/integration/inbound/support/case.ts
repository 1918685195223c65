import { TENANT, XSAPPNAME } from './claims.js'
import type { InboundApp } from './inbound-app.js'
import type { TestXsuaa } from './test-xsuaa.js'
import { type Answer, send, type Wire } from './wire.js'
import { withoutMetadata } from '../../../support/challenge.js'

/** What the app's `whoami` tells. */
export interface Identity {
  readonly id: string | null
  readonly tenant: string | null
  readonly roles: string[]
  /** JSON of `user.attr`. */
  readonly attr: string
  readonly technical: boolean
}

/** What a client is answered. */
export interface Expected {
  /** Any of these. */
  readonly status: readonly number[]
  /** `WWW-Authenticate` by status; other statuses have none. */
  readonly challenges?: Readonly<Record<number, string>>
  /** Of the user, when the answer is 200; asymmetric matchers are fine. */
  readonly identity?: Partial<Record<keyof Identity, unknown>>
  /** Node refuses it before CAP sees it: nothing but the status counts. */
  readonly byNode?: boolean
}

/** One line of a table. */
export interface Case {
  /** The requirement, in a few words. */
  readonly id: string
  readonly name: string
  request(xsuaa: TestXsuaa): Wire
  readonly expected: Expected
}

export const WHOAMI = '/odata/v4/inbound/whoami()'
export const PUBLIC = '/odata/v4/public'

const CHALLENGES = {
  400: 'Bearer error="invalid_request"',
  401: 'Bearer error="invalid_token"',
  403: 'Bearer error="insufficient_scope"'
}

export const INVALID_TOKEN: Expected = { status: [401], challenges: CHALLENGES }
export const MALFORMED: Expected = { status: [400], challenges: CHALLENGES }
/** Characters that are no token at all may be a malformed request, too. */
export const INVALID_OR_MALFORMED: Expected = { status: [400, 401], challenges: CHALLENGES }
export const FORBIDDEN: Expected = { status: [403], challenges: CHALLENGES }
/** No credentials that are looked at: no error (RFC 6750, section 3.1). */
export const NO_CREDENTIALS: Expected = { status: [401], challenges: { 401: 'Bearer' } }
export const ACCEPTED: Expected = { status: [200] }
/** Nothing is wrong with either; only an error of the server would be. */
export const ACCEPTED_OR_INVALID: Expected = { status: [200, 401], challenges: CHALLENGES }
export const UNAVAILABLE: Expected = { status: [503] }
export const TOO_LARGE: Expected = { status: [401, 431], challenges: CHALLENGES }
/** More than Node's limit for headers: it may cut the connection while the request is still being sent. */
export const CUT: Expected = { status: [431, 0], byNode: true }
export const REFUSED_BY_NODE: Expected = { status: [400], byNode: true }

/** Accepted, as that user. */
export const acceptedAs = (identity: Expected['identity']): Expected => ({
  status: [200],
  ...(identity && { identity })
})

/** Refused, or accepted as that user. */
export const atMost = (identity: Expected['identity']): Expected => ({
  ...ACCEPTED_OR_INVALID,
  ...(identity && { identity })
})

/** A request with that token. */
export function bearer(token: string, path = WHOAMI): Wire {
  return { path, headers: [`Authorization: Bearer ${token}`] }
}

/** Sends the request of a case, and compares. */
export async function prove(app: InboundApp, xsuaa: TestXsuaa, { request, expected }: Case) {
  const wire = request(xsuaa)
  const answer = await send(app.url, wire)
  expect(expected.status).toContain(answer.status)
  if (expected.byNode) return
  expectHeaders(answer, expected)
  if (answer.status >= 400) expectConstantText(answer, wire)
  else if (expected.identity) expect(identityOf(answer)).toMatchObject(expected.identity)
}

export function identityOf({ body }: Answer): Identity {
  const told = JSON.parse(body) as Partial<Identity>
  return { ...(told as Identity), id: told.id ?? null, tenant: told.tenant ?? null } // OData leaves out null
}

/** */
function expectHeaders({ status, headers }: Answer, { challenges }: Expected): void {
  if (status === 431) return // Node's own
  expect({
    challenge: withoutMetadata(headers['www-authenticate']),
    cache: status >= 400 ? headers['cache-control'] : undefined,
    retry: headers['retry-after']
  }).toEqual({
    challenge: status >= 400 ? challenges?.[status] : undefined,
    cache: status >= 400 ? 'no-store' : undefined,
    retry: status === 503 ? expect.stringMatching(/^[1-9]\d*$/) : undefined
  })
}

const ERROR_BODY =
  /^(|Unauthorized|\{"error":\{("(code|message|@Common\.numericSeverity)":("(\d+|Bad Request|Unauthorized|Forbidden|Service Unavailable)"|4),?)+\}\})$/

/** the same whatever was sent, and nothing of what was. */
export function expectConstantText(answer: Answer, { headers = [] }: Wire = {}): void {
  expect(answer.body).toMatch(ERROR_BODY)
  const told = JSON.stringify(answer)
  for (const secret of [XSAPPNAME, TENANT, 'alice', 'Viewer', 'key-1']) {
    expect(told).not.toContain(secret)
  }
  for (const line of headers) {
    const [, token] = /Bearer (.{20,})/i.exec(line) ?? []
    if (token) expect(told).not.toContain(token.slice(0, 20))
  }
}
