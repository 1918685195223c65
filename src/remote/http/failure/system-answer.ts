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
  403: 'Check the authorizations there (in SAP systems: SU53, S_SERVICE of the user).',
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

/** Explanations of answers by what CAP keeps of them: the failure as the `reason` of its error, or headers of the answer. */
const explanations = new WeakMap<object, RemoteError>()

/** Failures by the errors in the answer of a service with HCQL, which CAP throws in place of the failure. */
const failures = new WeakMap<object, HttpFailure>()

/**
 * Explains what a system says to a request itself (400, 404, 409, …), for the log. CAP's error for it stays as it is.
 *
 * @param failure - of a call of a remote service of CAP
 * @internal
 */
export function explainAnswer(failure: unknown, destination: string | null | undefined): void {
  if (!(failure instanceof HttpFailure) || !failure.response) return
  const { response, config } = failure
  const code = (errorIn(response.data) ?? errorsIn(response.data)[0])?.code
  const { url } = failure.request ?? config
  explain(failure, {
    ...{ status: response.status, code, destination },
    request: `${config.method.toUpperCase()} ${pathOf(url)}`
  })
}

/**
 * Explains the answer to a request that CAP has sent within a `$batch`, as its URL is long. CAP makes an error of the part, and keeps
 * the headers of the answer in it.
 *
 * @internal
 */
export function explainPart(
  { url = '', data: body }: { readonly url?: string; readonly data?: unknown },
  { data, headers }: { readonly data: unknown; readonly headers: object },
  destination: string | null | undefined
): void {
  if (!url.endsWith('/$batch') || typeof data !== 'string' || typeof body !== 'string') return
  const [, head = '', content = ''] = data.split('\r\n\r\n')
  const [, status] = /^HTTP\/1\.1 ([45]\d\d)/.exec(head) ?? []
  if (status === undefined) return
  const [, method = '', path = ''] = /^([A-Z]+) (.+) HTTP\/1\.1/m.exec(body) ?? []
  const code = errorIn(parsed(content.split('\r\n', 1)[0]))?.code
  const request = `${method} ${pathOf(path)} in a $batch`
  explain(headers, { status: Number(status), code, destination, request })
}

/** Facts about an answer. */
interface Answered {
  readonly status: number
  readonly code: unknown
  readonly destination: string | null | undefined
  readonly request: string
}

function explain(key: object, { status, code, destination, request }: Answered): void {
  const answer = [status, printableCode(code)].filter(Boolean).join(', ')
  const target = destination ? `destination "${destination}"` : 'the URL of the required service'
  const cause = `the call to ${target} failed: the system has answered ${answer}`
  const explanation = new RemoteError('ERR_REMOTE_ANSWER', cause, {
    destination: destination ?? undefined,
    sent: request,
    fix: [FIXES[status], OWN_WORDS].filter(Boolean).join(' ')
  })
  explanations.set(key, explanation)
  noteExplained(key)
}

function pathOf(url: string): string {
  const path = URL.canParse(url, 'http://system') ? new URL(url, 'http://system').pathname : ''
  return pathForMessage(path) ?? ''
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the errors of an answer of HCQL. */
function errorsIn(data: unknown): { code?: unknown }[] {
  const { errors } = Object(data) as { errors?: unknown }
  const all: unknown[] = Array.isArray(errors) ? errors : []
  return all.filter((each): each is object => typeof each === 'object' && each !== null)
}

/**
 * Keeps the failure of a call with HCQL for the errors in its answer: CAP throws these, and not the failure.
 *
 * @internal
 */
export function keepForErrors(failure: HttpFailure): void {
  for (const each of errorsIn(failure.response?.data)) {
    failures.set(each, failure)
    noteExplained(each)
  }
}

/** Returns the failure that CAP has made an error of; for HCQL, of one of several errors. @internal */
export function failureOf(error: unknown): unknown {
  const { reason, cause, errors } = Object(error) as Record<string, unknown>
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : []
  const kept = [cause, first].find((each): each is object => failures.has(Object(each) as object))
  return reason ?? (kept && failures.get(kept))
}

/** Returns the explanation for an error that CAP has made of an answer. @internal */
export function explanationOf(error: unknown): RemoteError | undefined {
  const failure = failureOf(error)
  const { response } = Object(failure) as { response?: { headers?: unknown } }
  const keys = [failure, response?.headers].map((each) => Object(each) as object)
  return keys.map((key) => explanations.get(key)).find(Boolean)
}
