import type { FailedAnswer } from './failed-answer.js'
import { PROXY_RULES } from './proxy-rules.js'
import type { FailureRule } from './rule.js'
import { sender, UNAUTHORIZED_RULES } from './unauthorized-rules.js'

/** Answers that are no errors of HTTP: a page, a redirect. */
const FOREIGN_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status }) => status < 300,
    code: 'ERR_REMOTE_LOGON_PAGE',
    hop: 'the system',
    cause: (_, { contentType }) =>
      `a page came in place of data (${contentType}), as for a browser that has to log on`,
    sent: ({ path }) => path,
    fix: 'Check the authentication of the destination, and that its URL and path lead to the service.'
  },
  {
    applies: ({ status, location }) => status < 400 && status !== 304 && location !== undefined,
    code: 'ERR_REMOTE_REDIRECT',
    hop: 'the system',
    cause: (hop, { status, location = '' }) => {
      const host = URL.canParse(location) ? `to ${new URL(location).host}` : 'within the system'
      return `${hop} redirects ${host} (${status}), and credentials are not taken anywhere else`
    },
    fix: 'Often that is a page to log on. Put the final URL into the destination, and check its authentication.'
  }
]

const CSRF_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ isCsrfRefusal }) => isCsrfRefusal,
    code: 'ERR_REMOTE_CSRF',
    hop: 'the system',
    cause: (hop, { withCsrf }) =>
      `${hop} refuses the write for want of a CSRF token (403, x-csrf-token: Required)` +
      (withCsrf ? ', also with one that was asked for' : ''),
    fix: 'Set "csrf": true for the required service, or "csrf": { "url", "method" } where the root of the service gives no token.'
  }
]

/** Message of SAP Gateway, "No service found for namespace …": 403, although it is no matter of authorizations. */
const NO_SERVICE = /^\/IWFND\/MED\/?170$/

const SYSTEM_RULES: readonly FailureRule<FailedAnswer>[] = [
  ...UNAUTHORIZED_RULES,
  {
    applies: ({ status, errorCode = '' }) => status === 403 && NO_SERVICE.test(errorCode),
    code: 'ERR_REMOTE_ANSWER',
    hop: 'the system',
    cause: (hop, { errorCode }) =>
      `${hop} has no such service, or it is not activated (403, ${String(errorCode)})`,
    sent: ({ path }) => path,
    fix: 'Check "path" of the required service, and activate the service in the system (transaction /IWFND/MAINT_SERVICE).'
  },
  {
    applies: ({ status }) => status === 403,
    code: 'ERR_REMOTE_FORBIDDEN',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} refuses the ${sender(answer)} (403${answer.errorCode ? `, ${answer.errorCode}` : ''})`,
    sent: ({ path }) => path,
    fix: 'Check the authorizations there (in SAP systems: SU53, S_SERVICE of the user).'
  },
  {
    applies: ({ status, proxied }) => status === 502 && proxied,
    code: 'ERR_REMOTE_UNREACHABLE',
    hop: 'the Cloud Connector',
    cause: (hop) => `${hop} can not open a connection to the system (502)`,
    fix: 'Check the internal host and port in the Cloud Connector, and that it trusts the certificate of the system.'
  },
  {
    applies: ({ status }) => status === 504,
    code: 'ERR_REMOTE_TIMEOUT',
    hop: 'a hop on the way',
    cause: (hop) => `${hop} had no answer in time (504)`,
    fix: 'A write may have had its effect: look at the system.'
  },
  {
    applies: ({ status }) => status === 503 || status === 429,
    code: 'ERR_REMOTE_UNAVAILABLE',
    hop: 'the system',
    cause: (hop, { status }) => `${hop} can't answer at the moment (${status})`,
    fix: 'Try again later; where it repeats, look at its load and its limits.'
  }
]

/**
 * Returns the rules for an answer, in the order in which they apply. An error that the system has written in the format of
 * OData is its answer to the request, and no failure of the way; 401 and 403 are both.
 *
 * @param isODataError - the body is an error in the format of OData
 * @internal
 */
export function answerRules(
  { status, proxied, isCsrfRefusal }: FailedAnswer,
  isODataError: boolean
): readonly FailureRule<FailedAnswer>[] {
  if (status < 400) return FOREIGN_RULES
  if (isCsrfRefusal) return CSRF_RULES
  if (isODataError && status !== 401 && status !== 403) return []
  return proxied ? [...PROXY_RULES, ...SYSTEM_RULES] : SYSTEM_RULES
}
