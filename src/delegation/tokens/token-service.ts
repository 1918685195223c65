import { setTimeout as sleep } from 'node:timers/promises'

import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { requestToken, TokenRefused, type XsuaaClient } from '../../destination/exchange/client.js'
import type { AssertionKey } from '../keys/assertion-keys.js'
import { isFinal } from './failure.js'

/** Milliseconds between two requests: XSUAA takes 60 in a second for each subaccount, and others ask it as well. */
const INTERVAL = 25

/** Seconds that are waited here; after more, the queue tries again. */
const LONGEST = 5

/** Attempts after which the queue's own ones begin. */
const ATTEMPTS = 3

/** Times of a token service of one tenant, in milliseconds since the epoch. */
interface Turn {
  next: number
}

const turns = boundedCache<string, Turn>('token-service-turns', { max: 10_000 })

/** Request for a token. */
export interface TokenRequest {
  readonly client: XsuaaClient
  readonly path: string
  /** Tenant whose limit counts; `undefined`: the provider's. */
  readonly tenant: string | undefined
  /** Value of `x-zid`. Default: the header is not sent. */
  readonly zone?: string | undefined
  /** End of the record in seconds since the epoch: nothing is waited for beyond it. */
  readonly until: number
}

/**
 * Asks a token service, not faster than it takes requests, and not before the time that it has named (`Retry-After`).
 *
 * @param form - made anew for each attempt: an assertion is accepted once
 * @throws {@link TokenRefused}, {@link FetchError}
 * @internal
 */
export async function askForToken(
  request: TokenRequest,
  form: () => Promise<Readonly<Record<string, string>>>
): Promise<string> {
  const { client, path, tenant, zone, until } = request
  const turn = turnOf(JSON.stringify([client.url, tenant]))
  for (let attempt = 1; ; attempt++) {
    await pass(turn, until)
    try {
      const content = await form()
      return await atPlatform(tenant, () => requestToken(client, path, content, zone))
    } catch (error) {
      if (!isBusy(error)) throw error
      turn.next = Math.max(turn.next, Date.now() + (error.retryAfter ?? 1) * 1000)
      if (attempt === ATTEMPTS) throw error
    }
  }
}

/** Waits for the turn; a failure that says so if that takes too long. */
async function pass(turn: Turn, until: number): Promise<void> {
  const now = Date.now()
  const at = Math.max(now, turn.next)
  const seconds = (at - now) / 1000
  if (seconds > LONGEST || at > until * 1000) {
    const text = `it wants no request for another ${String(Math.ceil(seconds))} s`
    throw new TokenRefused(429, { error: 'temporarily_unavailable', error_description: text })
  }
  turn.next = at + INTERVAL
  if (at > now) await sleep(at - now)
}

function turnOf(key: string): Turn {
  const turn = turns.get(key) ?? { next: 0 }
  turns.set(key, turn)
  return turn
}

function isBusy(error: unknown): error is TokenRefused {
  if (!(error instanceof TokenRefused)) return false
  return error.status === 429 || (error.status === 503 && error.retryAfter !== undefined)
}

/**
 * Tries the keys one after the other, as long as the platform does not accept what is signed with them: while they are replaced, it may
 * know only one of them.
 *
 * @internal
 */
export async function withEachKey<T>(
  keys: readonly AssertionKey[],
  use: (key: AssertionKey) => Promise<T>
): Promise<T> {
  const [key, ...others] = keys as readonly [AssertionKey, ...AssertionKey[]]
  try {
    return await use(key)
  } catch (error) {
    if (!others.length || !isFinal(error)) throw error
    return withEachKey(others, use)
  }
}
