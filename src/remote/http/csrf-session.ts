import { SingleFlight } from '../../lib/single-flight.js'
import {
  EXPIRED,
  type HeaderValues,
  type HttpAnswer,
  type HttpCall,
  isCsrfRefusal,
  isRead,
  isRepeatable,
  TransportError
} from './message/http-call.js'

/** Sessions that are kept at the same time. */
const MAX_SESSIONS = 10_000

/** Milliseconds for which a session is kept: SAP systems end an unused session after 30 minutes. */
const LIFETIME = 30 * 60_000

/**
 * Cookies that are kept for one session, as many as browsers keep at least for a host (RFC 6265,
 * section 6.1). The oldest is removed first.
 */
const MAX_COOKIES = 50

/** Sends a request of a session, or one that opens it. */
type Send = (call: HttpCall) => Promise<HttpAnswer>

/** Session of one user with a system: its token and cookies belong together. */
class Session {
  #token: string
  readonly #cookies = new Map<string, string>()

  constructor(token: string, answer: HttpAnswer) {
    this.#token = token
    this.#keepCookies(answer)
  }

  /** Returns a call with the token and cookies of this session. */
  include(call: HttpCall): HttpCall {
    const own = call.headers['cookie']
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    const cookie = [...(own ? [own] : []), ...cookies].join('; ')
    const headers = { ...call.headers, 'x-csrf-token': this.#token, ...(cookie && { cookie }) }
    return { ...call, headers }
  }

  /** Takes over new cookies and tokens, which any answer may have. */
  update(answer: HttpAnswer): void {
    const token = tokenIn(answer)
    if (token) this.#token = token
    this.#keepCookies(answer)
  }

  #keepCookies({ headers }: HttpAnswer): void {
    for (const cookie of [headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = cookie.split(';')
      const name = pair.slice(0, Math.max(pair.indexOf('='), 0)).trim()
      if (!name) continue // RFC 6265, section 5.2
      if (/;\s*max-age=(0|-\d+)\s*(;|$)/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, pair.slice(pair.indexOf('=') + 1).trim())
    }
    const surplus = Math.max(this.#cookies.size - MAX_COOKIES, 0)
    for (const name of [...this.#cookies.keys()].slice(0, surplus)) this.#cookies.delete(name)
  }
}

const sessions = new SingleFlight<Session | TokenRefusal | undefined>('csrf-sessions', MAX_SESSIONS)

/** Owner and endpoints of a session. */
export interface SessionScope {
  /** Key of one principal and one service, part by part. */
  readonly key: readonly (string | undefined)[]
  /** Root of the service, with a slash at its end, if it is known. */
  readonly root: URL | undefined
  /** URL for the token in place of the root. */
  readonly tokenUrl: URL | undefined
  readonly method: string
  /** Query that the destination adds to the URL of every request: empty, or with its question mark. */
  readonly search: string
  /** Names of headers that the destination adds to every request, in lower case. */
  readonly kept: ReadonlySet<string>
  /**
   * True if the call is repeated with other credentials after a 401: then a rejected request for
   * the token is not repeated elsewhere.
   */
  readonly renewable: boolean
  /** True if the time of the call is over. */
  readonly isOver: () => boolean
}

/** Answer that refuses the request for a token. It is no answer to the write. */
export class TokenRefusal {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    this.answer = answer
  }
}

/**
 * Sends a write with a CSRF token and the session cookies that belong to it. They are fetched once
 * and kept for this principal and service, so n writes are n + 1 requests. If the system has ended
 * the session, it is renewed once. If the system issues no token, the write is sent without one.
 *
 * @returns the answer to the write, or the refusal of the token as long as other credentials may help
 * @throws {@link TransportError}
 * @internal
 */
export async function sendInSession(
  scope: SessionScope,
  call: HttpCall,
  send: Send
): Promise<HttpAnswer | TokenRefusal> {
  if (isRead(call) || call.method === 'OPTIONS' || call.headers['x-csrf-token']) return send(call)
  const session = await sessionFor(scope, call, send)
  if (!session) return send(call)
  if (session instanceof TokenRefusal) {
    // another call may have asked, whose credentials can be renewed
    return scope.renewable || session.answer.status === 407 ? session : send(call)
  }
  const answer = await send(session.include(call))
  session.update(answer)
  if (!isCsrfRefusal(answer)) return answer
  sessions.drop(scope.key, session)
  if (!isRepeatable(call)) return answer
  const renewed = await sessionFor(scope, call, send)
  if (!(renewed instanceof Session)) return answer
  const second = await send(renewed.include(call))
  renewed.update(second)
  if (isCsrfRefusal(second)) sessions.drop(scope.key, renewed)
  return second
}

async function sessionFor(
  scope: SessionScope,
  call: HttpCall,
  send: Send
): Promise<Session | TokenRefusal | undefined> {
  try {
    return await sessions.get(scope.key, async () => {
      const value = await open(scope, call, send)
      return { value, lifetime: value instanceof Session ? LIFETIME : 0 }
    })
  } catch (error) {
    // the call that was opening it had less time
    const ofAnother = error instanceof TransportError && error.code === EXPIRED && !scope.isOver()
    if (ofAnother) return sessionFor(scope, call, send)
    throw error
  }
}

/**
 * Opens a session with the token of the root of the service, else of the URL of the request, with
 * and without a slash, as in the Cloud SDK.
 */
async function open(scope: SessionScope, call: HttpCall, send: Send) {
  for (const url of placesFor(scope, call.url)) {
    const answer = await send(fetching(scope, call.headers, url))
    const token = tokenIn(answer)
    if (token) return new Session(token, answer)
    // a proxy that rejects the application rejects every other URL as well
    if (answer.status === 407 || (answer.status === 401 && scope.renewable)) {
      return new TokenRefusal(answer)
    }
  }
  return undefined
}

function placesFor({ root, tokenUrl, search }: SessionScope, { href }: URL): URL[] {
  if (tokenUrl) return [withSearch(tokenUrl.href, search)]
  const [own = ''] = href.split(/[?#]/)
  const places = [...(root ? [root.href] : []), own.replace(/\/*$/, '/'), own.replace(/\/+$/, '')]
  return [...new Set(places)].map((place) => withSearch(place, search))
}

function withSearch(place: string, search: string): URL {
  const url = new URL(place)
  if (search) url.search += url.search ? `&${search.slice(1)}` : search
  return url
}

function fetching({ method, kept }: SessionScope, headers: HeaderValues, url: URL): HttpCall {
  const isOfBody = (name: string) => /^(content|if|x-http)-/.test(name)
  const others = Object.entries(headers).filter(([name]) => kept.has(name) || !isOfBody(name))
  return {
    method,
    url,
    headers: { ...Object.fromEntries(others), 'x-csrf-token': 'Fetch' },
    body: undefined,
    responseType: 'text'
  }
}

function tokenIn({ headers }: HttpAnswer): string | undefined {
  const { 'x-csrf-token': token } = headers
  return typeof token === 'string' && !/^(required|fetch|)$/i.test(token) ? token : undefined
}
