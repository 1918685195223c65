import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../landscape/clock.js'
import type { LandscapeUser } from '../../landscape/landscape-user.js'

/** UAA's idle time-out. */
const VALID_MS = 30 * 60_000
const LIMIT = 1000

/** Cookies know no ports: these are for paths that nobody else on this machine has. */
const PATHS = ['/oauth/authorize', '/logout.do']
const NAME = 'cds-principal-xsuaa'

/** The users that are logged on, by browser: single sign-on until the log-out. */
export class Sessions {
  readonly #users: LRUCache<string, LandscapeUser>

  constructor(clock: Clock) {
    const ttl = VALID_MS
    this.#users = new LRUCache({ max: LIMIT, ttl, updateAgeOnGet: true, perf: clock })
  }

  /** @returns values for `Set-Cookie` */
  start(user: LandscapeUser): string[] {
    const id = randomBytes(24).toString('base64url')
    this.#users.set(id, user)
    return cookies(id, '')
  }

  /** The user of this browser. */
  userOf(req: IncomingMessage): LandscapeUser | undefined {
    return this.#users.get(readCookie(req, NAME) ?? '')
  }

  /** @returns values for `Set-Cookie` */
  end(req: IncomingMessage): string[] {
    this.#users.delete(readCookie(req, NAME) ?? '')
    return cookies('', '; Max-Age=0')
  }
}

const cookies = (value: string, more: string) =>
  PATHS.map((path) => `${NAME}=${value}; Path=${path}; HttpOnly; Secure; SameSite=Lax${more}`)

/** The value of a cookie, `undefined` without it. */
export function readCookie(req: IncomingMessage, name: string): string | undefined {
  const parts = (req.headers.cookie ?? '').split(';').map((part) => part.trim())
  return parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
}
