import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../landscape/clock.js'
import type { LandscapeUser } from '../../landscape/landscape-user.js'

/** UAA's idle time-out. */
const VALID_MS = 30 * 60_000
const LIMIT = 1000

/** The cookie of a session. */
export interface SessionCookie {
  name: string
  /** Cookies know no ports: these are paths that nobody else on this machine has. */
  paths: readonly string[]
}

const XSUAA: SessionCookie = {
  name: 'cds-principal-xsuaa',
  paths: ['/oauth/authorize', '/logout.do']
}

/** The users that are logged on, by browser: single sign-on until the log-out. */
export class Sessions<LogOn extends object = LandscapeUser> {
  readonly #users: LRUCache<string, LogOn>
  readonly #cookie: SessionCookie

  constructor(clock: Clock, cookie: SessionCookie = XSUAA) {
    const ttl = VALID_MS
    this.#users = new LRUCache({ max: LIMIT, ttl, updateAgeOnGet: true, perf: clock })
    this.#cookie = cookie
  }

  /** @returns values for `Set-Cookie` */
  start(user: LogOn): string[] {
    const id = randomBytes(24).toString('base64url')
    this.#users.set(id, user)
    return cookies(this.#cookie, id, '')
  }

  /** The user of this browser. */
  userOf(req: IncomingMessage): LogOn | undefined {
    return this.#users.get(readCookie(req, this.#cookie.name) ?? '')
  }

  /** @returns values for `Set-Cookie` */
  end(req: IncomingMessage): string[] {
    this.#users.delete(readCookie(req, this.#cookie.name) ?? '')
    return cookies(this.#cookie, '', '; Max-Age=0')
  }
}

const cookies = ({ name, paths }: SessionCookie, value: string, more: string) =>
  paths.map((path) => `${name}=${value}; Path=${path}; HttpOnly; Secure; SameSite=Lax${more}`)

/** The value of a cookie, `undefined` without it. */
export function readCookie(req: IncomingMessage, name: string): string | undefined {
  const parts = (req.headers.cookie ?? '').split(';').map((part) => part.trim())
  return parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
}
