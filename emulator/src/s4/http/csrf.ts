import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { LRUCache } from 'lru-cache'

interface Session {
  readonly user: string
  readonly token: string
}

const SESSION_MS = 30 * 60 * 1000
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The CSRF protection of a system: true if the request may go on; otherwise it is answered. */
export type CsrfProtection = (req: IncomingMessage, res: ServerResponse, user: string) => boolean

/**
 * Creates the Gateway's CSRF protection: `x-csrf-token: Fetch` on a read yields a token and the session cookie that it is bound
 * to; a modifying request needs both, and the session must be the same user's.
 *
 * @param cookieName - of the session, such as `SAP_SESSIONID_S4H_100`
 */
export function csrfProtection(cookieName: string): CsrfProtection {
  const sessions = new LRUCache<string, Session>({ max: 10_000, ttl: SESSION_MS })
  const open = (user: string, res: ServerResponse): Session => {
    const id = randomBytes(24).toString('base64url')
    const session = { user, token: randomBytes(16).toString('base64url') }
    sessions.set(id, session)
    res.appendHeader('set-cookie', `${cookieName}=${id}; path=/; secure; HttpOnly`)
    return session
  }
  return (req, res, user) => {
    const session = sessions.get(cookieOf(req, cookieName))
    const own = session?.user === user ? session : undefined
    const token = req.headers['x-csrf-token']
    if (READS.has(req.method ?? '')) {
      if (String(token).toLowerCase() === 'fetch') {
        res.setHeader('x-csrf-token', (own ?? open(user, res)).token)
      }
      return true
    }
    if (own && isEqual(own.token, token)) return true
    res.statusCode = 403
    res.setHeader('x-csrf-token', 'Required')
    res.setHeader('content-type', 'text/plain; charset=utf-8')
    res.end('CSRF token validation failed')
    return false
  }
}

function cookieOf({ headers }: IncomingMessage, cookieName: string): string {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim().split('='))
  return cookies.find(([name]) => name === cookieName)?.[1] ?? ''
}

function isEqual(token: string, received: string | string[] | undefined): boolean {
  const [a, b] = [Buffer.from(token), Buffer.from(String(received ?? ''))]
  return a.length === b.length && timingSafeEqual(a, b)
}
