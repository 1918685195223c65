import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { RemoteError } from '../../../errors.js'
import {
  EXPIRED,
  type HttpAnswer,
  isCsrfRefusal,
  isLost,
  TransportError
} from '../message/http-call.js'
import type { HttpFailure, Outcome } from './http-failure.js'
import { type Diagnosis, proxyRefusal } from './proxy-refusal.js'

/** The call that failed. */
export interface FailedCall {
  readonly destination: HttpDestination
  readonly userBound: boolean
  /** True if it was sent once more, with fresh tokens. */
  readonly isRepeated?: boolean
  /** True if a CSRF token was asked for. */
  readonly withCsrf?: boolean
}

/**
 * A failure that belongs to the way to a system, or to its door, as an error that names the hop. What the system says to
 * the request itself (400, 404, 409, …) is none: that stays what CAP makes of it.
 *
 * @internal
 */
export function remoteFailure(
  outcome: Outcome,
  call: FailedCall,
  failure: HttpFailure
): RemoteError | undefined {
  const diagnosis =
    outcome instanceof TransportError ? connectionFailure(outcome, call) : refusal(outcome, call)
  if (!diagnosis) return undefined
  const [code, cause, fix] = diagnosis
  const text = `the call to destination "${String(call.destination.name)}" failed: ${cause}. ${fix}`
  const { response } = failure
  return new RemoteError(code, text, {
    cause: failure,
    reason: failure,
    statusCode: 502,
    ...(response && { response })
  })
}

const isProxied = ({ destination }: FailedCall) => destination.proxyType === 'OnPremise'

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT'
])
const NO_ADDRESS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'])

function connectionFailure({ code }: TransportError, call: FailedCall): Diagnosis | undefined {
  const next = isProxied(call) ? 'the Connectivity proxy' : 'the system'
  if (code === EXPIRED) {
    return [
      'ERR_REMOTE_TIMEOUT',
      isProxied(call)
        ? 'no answer in time from the system behind the Cloud Connector, or from one of the hops to it'
        : 'no answer in time from the system',
      'A write may have had its effect. Look at the system, or give it more time (credentials.requestTimeout).'
    ]
  }
  if (NO_ADDRESS.has(code)) {
    return [
      'ERR_REMOTE_UNREACHABLE',
      `the name of ${next} has no address (DNS, ${code})`,
      isProxied(call)
        ? 'Check the binding of the Connectivity service: its proxy can be reached from within the landscape only.'
        : 'Check the URL of the destination; ProxyType "Internet" needs a public name.'
    ]
  }
  if (UNREACHABLE.has(code)) {
    return [
      'ERR_REMOTE_UNREACHABLE',
      `${next} can't be reached (${code})`,
      isProxied(call)
        ? 'Check the binding of the Connectivity service: its proxy can be reached from within the landscape only.'
        : 'Check host and port in the URL of the destination, and that the system runs.'
    ]
  }
  if (isLost(code)) {
    return [
      'ERR_REMOTE_CONNECTION_LOST',
      `${next} ended the connection before the answer was complete (${code})`,
      'A read can be repeated. A write may have had its effect: look before it is repeated.'
    ]
  }
  if (TLS.test(code)) {
    return [
      'ERR_REMOTE_TLS',
      `TLS with ${next} failed (${code})`,
      "Let the destination name the certificate of the system's authority (TrustStoreLocation), and check the host in its URL."
    ]
  }
  return undefined
}

function refusal(answer: HttpAnswer, call: FailedCall): Diagnosis | undefined {
  const { status, headers } = answer
  if (status < 300) return page(headers['content-type'])
  if (status < 400) return redirect(answer)
  if (isCsrfRefusal(answer)) return csrf(call)
  if (status !== 401 && status !== 403 && businessError(answer)) return undefined
  return (isProxied(call) ? proxyRefusal(answer) : undefined) ?? systemRefusal(answer, call)
}

function page(contentType: unknown): Diagnosis {
  return [
    'ERR_REMOTE_LOGON_PAGE',
    `a page came in place of data (${String(contentType)}), as for a browser that has to log on`,
    'Check the authentication of the destination, and that its URL and path lead to the service.'
  ]
}

function redirect({ status, headers }: HttpAnswer): Diagnosis | undefined {
  const { location } = headers
  if (status === 304 || typeof location !== 'string') return undefined
  const host = URL.canParse(location) ? `to ${new URL(location).host}` : 'within the system'
  return [
    'ERR_REMOTE_REDIRECT',
    `the system redirects ${host} (${status}), and credentials are not taken anywhere else`,
    'Often that is a page to log on. Put the final URL into the destination, and check its authentication.'
  ]
}

function csrf({ withCsrf }: FailedCall): Diagnosis {
  const reason =
    'the system refuses the write for want of a CSRF token (403, x-csrf-token: Required)'
  return [
    'ERR_REMOTE_CSRF',
    withCsrf ? `${reason}, also with one that was asked for` : reason,
    'Set "csrf": true for the required service, or "csrf": { "url", "method" } where the root of the service gives no token.'
  ]
}

/** OData's own error: the system has understood the request, and says why it refuses it. */
function businessError({ data }: HttpAnswer): { code?: unknown } | undefined {
  const { error } = (data ?? {}) as { error?: { code?: unknown; message?: unknown } }
  return typeof error === 'object' && error.message !== undefined ? error : undefined
}

function systemRefusal(answer: HttpAnswer, call: FailedCall): Diagnosis | undefined {
  const { status } = answer
  if (status === 401) return unauthorized(call)
  if (status === 403) {
    const { code } = businessError(answer) ?? {}
    const own = typeof code === 'string' && /^[\w/.-]{1,60}$/.test(code) ? `, ${code}` : ''
    return [
      'ERR_REMOTE_FORBIDDEN',
      `the system refuses ${call.userBound ? 'the user' : 'the technical user'} (403${own})`,
      'Check the authorizations there (in SAP systems: SU53, S_SERVICE of the user).'
    ]
  }
  if (status === 502 && isProxied(call)) {
    return [
      'ERR_REMOTE_UNREACHABLE',
      'the Cloud Connector can not open a connection to the system (502)',
      'Check the internal host and port in the Cloud Connector, and that it trusts the certificate of the system.'
    ]
  }
  if (status === 504) {
    return [
      'ERR_REMOTE_TIMEOUT',
      'a hop on the way had no answer in time (504)',
      'A write may have had its effect: look at the system.'
    ]
  }
  if (status === 503 || status === 429) {
    return [
      'ERR_REMOTE_UNAVAILABLE',
      `the system can't answer at the moment (${status})`,
      'Try again later; where it repeats, look at its load and its limits.'
    ]
  }
  return undefined
}

function unauthorized(call: FailedCall): Diagnosis {
  const again = call.isRepeated ? ', also with fresh tokens' : ''
  if (isProxied(call) && call.userBound) {
    return [
      'ERR_REMOTE_UNAUTHORIZED',
      `the system does not know the user (401)${again}`,
      "In SAP systems the user's certificate needs a rule (transaction CERTRULE), and the Cloud Connector's system " +
        'certificate has to be trusted (icm/trusted_reverse_proxy).'
    ]
  }
  return [
    'ERR_REMOTE_UNAUTHORIZED',
    `the system does not accept the logon of the ${call.userBound ? 'user' : 'technical user'} (401)${again}`,
    call.userBound
      ? "Check that it trusts the issuer of the exchanged token, and the token's audience."
      : 'Check user, password or client of the destination; for calls as the user, its Authentication has to propagate one.'
  ]
}
