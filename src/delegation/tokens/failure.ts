import { DelegationError, type FailureFacts } from '../../errors.js'
import { TokenRefused } from '../../destination/exchange/client.js'
import { cleanCause, printable } from '../../lib/redact.js'
import type { DelegatedService } from '../options.js'

/** Errors with which token services refuse a user or a key, and not the client. */
const ABOUT_THE_USER = new Set(['invalid_grant', 'invalid_token', 'access_denied', 'unauthorized'])

/**
 * True if a token service refuses the user or the key, so that another attempt gets the same answer. Wrong credentials of the client,
 * which XSUAA answers in the same form, pass with the next binding.
 *
 * @internal
 */
export function isFinal(error: unknown): error is TokenRefused {
  if (!(error instanceof TokenRefused) || error.status === 429 || error.status >= 500) return false
  return ABOUT_THE_USER.has(error.error) && !/bad credentials/i.test(error.message)
}

/** Returns the error for a token service that gives no token now. @internal */
export function noToken(service: DelegatedService, from: string, error: unknown): DelegationError {
  const refused = error instanceof TokenRefused && error.error ? ` (${printable(error.error)})` : ''
  return failure(
    'ERR_DELEGATION_TOKEN',
    service,
    `${from} gives no token of the author${refused}`,
    {
      cause: cleanCause(error),
      fix: 'Nothing was sent, and the queue tries again. The cause has the words of the token service.'
    }
  )
}

/** Returns the error for an author who is gone, or a key that is not accepted any more. @internal */
export function ended(
  service: DelegatedService,
  from: string,
  error: unknown,
  fix: string
): DelegationError {
  return failure(
    'ERR_DELEGATION_ENDED',
    service,
    `${from} does not accept the application's word for the author: the user is gone there, or the key is not trusted (any more)`,
    { cause: cleanCause(error), fix: `Nothing was sent. ${fix}` }
  )
}

/** Errors about tokens of somebody else. */
const mismatches = new WeakSet<object>()

/** Returns the error for a token that is not the author's. @internal */
export function thrownAway(
  service: DelegatedService,
  from: string,
  difference: string
): DelegationError {
  const error = failure(
    'ERR_DELEGATION_TOKEN',
    service,
    `the token of ${from} for the author is ${difference}, and was thrown away`,
    { fix: 'Nothing was sent. Check the trust configuration: docs/errors.md#err_delegation_token.' }
  )
  mismatches.add(error)
  return error
}

/** True if a token came back, and was not the author's. @internal */
export function isMismatch(error: DelegationError): boolean {
  return mismatches.has(error)
}

/** Returns the error for an author for whom there will be no token. @internal */
export function refusedAuthor(
  service: DelegatedService,
  reason: string,
  fix: string,
  cause?: unknown
): DelegationError {
  const facts = { fix: `Nothing was queued. ${fix}`, ...(cause !== undefined && { cause }) }
  return failure('ERR_DELEGATION_REFUSED', service, reason, facts)
}

function failure(
  code: ConstructorParameters<typeof DelegationError>[0],
  { name }: DelegatedService,
  text: string,
  facts: ErrorOptions & FailureFacts
): DelegationError {
  return new DelegationError(code, text, { ...facts, service: name, principal: 'named' })
}
