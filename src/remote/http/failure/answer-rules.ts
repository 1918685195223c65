import type { FailedCall, FailureRule } from './rule.js'

/** An answer that is no success, from the system or from a hop on the way to it. */
export interface FailedAnswer extends FailedCall {
  readonly status: number
  readonly contentType: string
  /** Target of a redirect. */
  readonly location: string | undefined
  /** True if a write was refused for want of a valid CSRF token. */
  readonly isCsrfRefusal: boolean
  /** Body; empty if it is no text. */
  readonly text: string
  /** Code of OData's own error, as far as it can stand in a message. */
  readonly errorCode: string | undefined
}

const MOCK = /: start a mock in a second terminal: (cds mock [\w.]{1,200})$/

/** Texts of the Connectivity proxy and the Cloud Connector. They are documented, or known from live systems. */
const PROXY_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status }) => status === 407,
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} does not accept the application's token (407)`,
    fix: 'Check the binding of the Connectivity service: a deleted or rotated key gives such tokens.'
  },
  {
    applies: ({ status, text }) => status === 405 && /https|CONNECT/.test(text),
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} takes http only (405)`,
    fix: 'Write the virtual host with http:// in the URL of the destination; the Cloud Connector adds TLS on its side.'
  },
  {
    applies: ({ status, text }) =>
      status === 400 && /Invalid Proxy Header|SAP-Connectivity-/.test(text),
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} refuses a header (400)`,
    fix: "Check CloudConnectorLocationId, and that the user's token is below 8 kB."
  },
  {
    applies: ({ status, text }) => status === 503 && /Cloud Connector|SCC|tunnel/i.test(text),
    code: 'ERR_REMOTE_CLOUD_CONNECTOR',
    hop: 'the Connectivity proxy',
    cause: () =>
      "no Cloud Connector is connected to the tenant's subaccount, or none with this location id (503)",
    fix: 'Check in the Cloud Connector that the subaccount is connected, and CloudConnectorLocationId of the destination.'
  },
  {
    applies: ({ text }) => /^Access denied to (resource|system)/.test(text),
    code: 'ERR_REMOTE_NOT_EXPOSED',
    hop: 'the Cloud Connector',
    cause: (hop, { status, text }) =>
      `${hop} does not expose this ${text.startsWith('Access denied to r') ? 'path' : 'system'} (${status})`,
    fix: 'Add it to "Cloud To On-Premise" in the Cloud Connector; paths are case-sensitive.'
  },
  {
    applies: ({ text }) => MOCK.test(text),
    code: 'ERR_REMOTE_UNREACHABLE',
    hop: 'the emulated Cloud Connector',
    cause: (hop) => `nobody mocks the imported service behind ${hop} (502)`,
    fix: ({ text }) => `Start it in a second terminal: ${MOCK.exec(text)?.[1] ?? ''}`
  },
  {
    applies: ({ text }) => /Principal propagation forbidden/i.test(text),
    code: 'ERR_REMOTE_PRINCIPAL',
    hop: 'the Cloud Connector',
    cause: (hop, { status }) => `${hop} propagates this user not (${status})`,
    fix: 'Check its trust in the identity provider, the subject pattern, and mutual trust with the system.'
  }
]

const again = ({ isRepeated }: FailedAnswer) => (isRepeated ? ', also with fresh tokens' : '')
const sender = ({ userBound }: FailedAnswer) => (userBound ? 'user' : 'technical user')

/** Answers that are no errors of HTTP: a page, a redirect. */
const FOREIGN_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status }) => status < 300,
    code: 'ERR_REMOTE_LOGON_PAGE',
    hop: 'the system',
    cause: (_, { contentType }) =>
      `a page came in place of data (${contentType}), as for a browser that has to log on`,
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

const SYSTEM_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status, proxied, userBound }) => status === 401 && proxied && userBound,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) => `${hop} does not know the user (401)${again(answer)}`,
    fix:
      "In SAP systems the user's certificate needs a rule (transaction CERTRULE), and the Cloud Connector's system " +
      'certificate has to be trusted (icm/trusted_reverse_proxy).'
  },
  {
    applies: ({ status }) => status === 401,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} does not accept the logon of the ${sender(answer)} (401)${again(answer)}`,
    fix: ({ userBound }) =>
      userBound
        ? "Check that it trusts the issuer of the exchanged token, and the token's audience."
        : 'Check user, password or client of the destination; for calls as the user, its Authentication has to propagate one.'
  },
  {
    applies: ({ status }) => status === 403,
    code: 'ERR_REMOTE_FORBIDDEN',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} refuses the ${sender(answer)} (403${answer.errorCode ? `, ${answer.errorCode}` : ''})`,
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
