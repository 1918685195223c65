import type { Attempt } from './attempt.js'
import { MEMBER } from './queue/message.js'
import { invalid } from './record.js'

/** Attempts by their handle, from the selection of the row until it is written or deleted. */
const attempts = new Map<string, Attempt>()

/** Attempts by the user object of the context that they run in. */
const running = new WeakMap<object, Attempt>()

/** Message of the queue as its handler gets it. */
interface Message {
  [MEMBER]?: unknown
  /** Object that CAP has made the message of. */
  readonly _?: { [MEMBER]?: unknown }
}

/** Keeps an attempt for the handler of its message. @internal */
export function keepAttempt(attempt: Attempt): void {
  attempts.set(attempt.handle, attempt)
}

/** Returns an attempt that is over, and forgets it. @internal */
export function endAttempt(handle: string): Attempt | undefined {
  const found = attempts.get(handle)
  attempts.delete(handle)
  found?.end()
  return found
}

/**
 * Begins the attempt for a message of the queue. Its handler sees nothing of it; calls that are made with the context's user object are the
 * author's from now on.
 *
 * @param req - message; it loses the handle
 * @param user - of the context, which CAP makes anew for each message
 * @returns `undefined` for a message without a record
 * @throws {@link DelegationError} if the record was refused
 * @internal
 */
export function beginAttempt(req: object, user: object | undefined): Attempt | undefined {
  const message = req as Message
  const handle = message[MEMBER]
  if (handle === undefined) return undefined
  delete message[MEMBER]
  delete message._?.[MEMBER]
  const attempt = typeof handle === 'string' ? attempts.get(handle) : undefined
  if (!attempt || !user) throw invalid('a service', 'it was not verified')
  attempt.begin()
  running.set(user, attempt)
  return attempt
}

/** Returns the attempt that runs with a user object. @internal */
export function attemptOf(user: object | undefined): Attempt | undefined {
  return user && running.get(user)
}
