import cds from '@sap/cds'

import { isDelegated } from '../../delegation/options.js'
import { ConfigurationError, PropagationError } from '../../errors.js'
import type { RemoteOptions } from '../../cap-remote-types.js'

/** Names of the option of `cds.requires.<service>` by which CAP queues calls. */
const QUEUE_OPTIONS = ['queued', 'outboxed', 'outbox'] as const

/** Options of `cds.requires.<service>` that matter here. */
export type QueueOptions = RemoteOptions &
  Readonly<Partial<Record<(typeof QUEUE_OPTIONS)[number], unknown>>>

/** End of both messages. */
const CHOICES =
  'Let queued calls keep their author ("delegation"), call it while the request is handled (after the ' +
  'commit: in req.on("succeeded")), or give background work a required service of its own with a technical destination, ' +
  'and queue that one (docs/background.md of the emulator).'

/**
 * Checks that a service that is called as named users is not queued without a delegation: a queue keeps no token.
 *
 * @param name - of the required service
 * @throws {@link ConfigurationError} that names the option
 * @see https://cap.cloud.sap/docs/node.js/queue
 * @internal
 */
export function checkNotQueued(name: string, options: QueueOptions): void {
  if (options.onBehalfOf !== 'namedUser' || isDelegated(options)) return
  if (QUEUE_OPTIONS.some((option) => options[option] === false)) return
  const option = QUEUE_OPTIONS.find((each) => options[each])
  if (!option) return
  throw new ConfigurationError(
    `cds.requires.${name}.${option} is set, but cds.requires.${name}.onBehalfOf is "namedUser": a queue keeps no token, ` +
      `so its calls would go out as nobody. Remove "${option}". ${CHOICES}`
  )
}

/**
 * Returns the error for a call that would be queued; `undefined` for a direct call. `service` is
 * one without delegation, its transaction, or the result of `cds.queued` and `srv.schedule`.
 *
 * @internal
 */
export function queuedCallRefusal(service: cds.Service): PropagationError | undefined {
  if (cds.unqueued(service) === service) return undefined
  return new PropagationError(
    'ERR_QUEUED_NAMED_USER',
    `"${service.name}" is called on behalf of a named user, but the call was put into a queue: a queue keeps no token, ` +
      'so when it is processed there is no user to call as',
    { service: service.name, fix: `Nothing was queued. ${CHOICES}` }
  )
}
