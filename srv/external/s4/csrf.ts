import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { LRUCache } from 'lru-cache'
import type { AbapUser } from './users.js'

interface Session {
  readonly user: string
  readonly token: string
}

const cookieName = 'SAP_SESSIONID_S4H_100'
const readOnly = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The Gateway's CSRF protection: `x-csrf-token: Fetch` on a read yields a token and the session cookie
 * that it is bound to; a modifying request needs both, and the session must be the same user's.
 */
export function csrf(): RequestHandler {
  const sessions = new LRUCache<string, Session>({ max: 10_000, ttl: 30 * 60 * 1000 })
  return (req, res, next) => {
    const { name } = res.locals['user'] as AbapUser
    const session = sessions.get(sessionId(req))
    const own = session?.user === name ? session : undefined
    if (readOnly.has(req.method)) {
      if (req.get('x-csrf-token')?.toLowerCase() === 'fetch')
        res.set('x-csrf-token', (own ?? open(sessions, name, res)).token)
      next()
    } else if (own && isEqual(own.token, req.get('x-csrf-token'))) next()
    else refuse(res)
  }
}

function sessionId(req: Request): string {
  const cookies = (req.get('cookie') ?? '').split(';').map((cookie) => cookie.trim().split('='))
  return cookies.find(([name]) => name === cookieName)?.[1] ?? ''
}

function open(sessions: LRUCache<string, Session>, user: string, res: Response): Session {
  const id = randomBytes(24).toString('base64url')
  const session = { user, token: randomBytes(16).toString('base64url') }
  sessions.set(id, session)
  res.append('set-cookie', `${cookieName}=${id}; path=/; secure; HttpOnly`)
  return session
}

function isEqual(token: string, received = ''): boolean {
  const [a, b] = [Buffer.from(token), Buffer.from(received)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(res: Response): void {
  res.status(403).set('x-csrf-token', 'Required').type('text/plain')
  res.send('CSRF token validation failed')
}
