import { RemoteError } from '../../../errors.js'
import { noteExplained } from '../../../lib/log.js'
import { pathForMessage, printableCode } from './failed-answer.js'
import { HttpFailure } from './http-failure.js'
import { errorIn } from './remote-failure.js'

const CHANGED =
  'Read the record again: it was changed meanwhile, or the ETag (If-Match) is missing.'

/** Next steps by status. */
const FIXES: Readonly<Record<number, string>> = {
  400: 'Compare the request with the metadata of the service.',
  404:
    'Check "path" of the required service and the keys, and that the service is active (in SAP systems: ' +
    '/IWFND/MAINT_SERVICE).',
  409: CHANGED,
  412: CHANGED,
  428: CHANGED,
  500: 'Look at the log of the system (in SAP systems: /IWFND/ERROR_LOG, ST22).'
}

const OWN_WORDS =
  'The words of the system are in error.reason.response.body, and with DEBUG=remote in the log.'

/** Explanations of answers by the failure, which CAP keeps as the `reason` of its error. */
const explanations = new WeakMap<object, RemoteError>()

/**
 * Explains what a system says to a request itself (400, 404, 409, …), for the log. CAP's error for it stays as it is.
 *
 * @param failure - of a call of a remote service of CAP
 * @internal
 */
export function explainAnswer(failure: unknown, destination: string | null | undefined): void {
  if (!(failure instanceof HttpFailure) || !failure.response) return
  const { response, config } = failure
  const code = printableCode(errorIn(response.data)?.code)
  const { url } = failure.request ?? config
  const path = URL.canParse(url, 'http://system') ? new URL(url, 'http://system').pathname : ''
  const cause = `the call to destination "${String(destination)}" failed: the system has answered ${[response.status, code].filter(Boolean).join(', ')}`
  const explanation = new RemoteError('ERR_REMOTE_ANSWER', cause, {
    destination: destination ?? undefined,
    sent: `${config.method.toUpperCase()} ${pathForMessage(path) ?? ''}`,
    fix: [FIXES[response.status], OWN_WORDS].filter(Boolean).join(' ')
  })
  explanations.set(failure, explanation)
  noteExplained(failure)
}

/** Returns the explanation for an error that CAP has made of an answer. @internal */
export function explanationOf(error: unknown): RemoteError | undefined {
  const { reason } = Object(error) as { reason?: unknown }
  return typeof reason === 'object' && reason ? explanations.get(reason) : undefined
}
