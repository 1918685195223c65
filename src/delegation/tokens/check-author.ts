import { setTimeout as pause } from 'node:timers/promises'

import { DelegationError } from '../../errors.js'
import type { Author } from '../author.js'
import type { DelegatedService } from '../options.js'
import type { TokenWay } from '../ways.js'
import { isMismatch, refusedAuthor } from './failure.js'

/** Seconds for which a request waits at most for the check. */
const PATIENCE = 3

/** Seconds for which it waits for its turn at a token service that is away, or busy. */
const TURN = 0.5

/**
 * Fetches and keeps the first token of an author, when the queue is filled: it shows that the platform trusts the application in this
 * tenant, and that the user is there. A failure that may pass is no reason to refuse the work.
 *
 * @param fix - next step
 * @throws {@link DelegationError} `ERR_DELEGATION_REFUSED`
 * @internal
 */
export async function checkByToken(
  way: TokenWay,
  author: Author,
  service: DelegatedService,
  fix: string
): Promise<void> {
  const until = Date.now() / 1000 + TURN
  const ended = new AbortController()
  const patience = pause(PATIENCE * 1000, undefined, { ref: false, signal: ended.signal })
  // a token that is fetched already, for work that runs, is waited for longer
  const token = way.tokenFor({ author, service, until, minTokenLifetime: 0 })
  patience.catch(() => undefined)
  token.catch(() => undefined)
  try {
    await Promise.race([token, patience])
  } catch (error) {
    if (!(error instanceof DelegationError)) throw error
    if (error.code !== 'ERR_DELEGATION_ENDED' && !isMismatch(error)) return
    throw refusedAuthor(service, error.explanation.cause, fix, error.cause)
  } finally {
    ended.abort()
  }
}
