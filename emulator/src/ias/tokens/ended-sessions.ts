import { LRUCache } from 'lru-cache'
import type { Claims } from '../../xsuaa/claims.js'

const LIMIT = 10_000

/** Sessions whose tokens are no longer active: after a log-out for all applications, after a revocation for one. */
export class EndedSessions {
  readonly #ended = new LRUCache<string, true>({ max: LIMIT })

  /** @param client - the application whose tokens end; default: those of all applications */
  end(sid: string, client = ''): void {
    this.#ended.set(`${client} ${sid}`, true)
  }

  /** True if the session of a token has ended. */
  has({ sid, azp }: Claims): boolean {
    const session = String(sid)
    return this.#ended.has(` ${session}`) || this.#ended.has(`${String(azp)} ${session}`)
  }
}
