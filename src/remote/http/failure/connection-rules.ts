import { EXPIRED, isLost, LIMIT } from '../message/http-call.js'
import type { FailedCall, FailureRule, Hop } from './rule.js'

/** A call that got no answer. */
export interface NoAnswer extends FailedCall {
  /** Code of Node (`ECONNREFUSED`), or {@link EXPIRED}. */
  readonly error: string
}

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/
const NO_ADDRESS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'])
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT'
])

const LOOK_AT_SYSTEM =
  'A write may have had its effect. Look at the system, or give it more time (credentials.requestTimeout).'
const CHECK_BINDING =
  'Check the binding of the Connectivity service: its proxy can be reached from within the landscape only.'

/** The host that can't be reached; that of the proxy is in its binding. */
const hostOf = ({ proxied, host }: NoAnswer) => (proxied ? undefined : host)
const nextHop = ({ proxied }: NoAnswer): Hop => (proxied ? 'the Connectivity proxy' : 'the system')

/**
 * Failures of the connection, by the code of the error. Codes without a rule stay as they are.
 *
 * @internal
 */
export const CONNECTION_RULES: readonly FailureRule<NoAnswer>[] = [
  {
    applies: ({ error }) => error === LIMIT,
    code: 'ERR_REMOTE_LIMIT',
    hop: 'before the call',
    cause: () => 'this instance had no connection for it in time, or too many calls wait for one',
    fix: 'Nothing was sent. Look for calls that take long; more instances, or cds.requires.auth.limits, allow more.'
  },
  {
    applies: ({ error, proxied }) => error === EXPIRED && proxied,
    code: 'ERR_REMOTE_TIMEOUT',
    hop: 'the system behind the Cloud Connector',
    cause: (hop) => `no answer in time from ${hop}, or from one of the hops to it`,
    fix: LOOK_AT_SYSTEM
  },
  {
    applies: ({ error }) => error === EXPIRED,
    code: 'ERR_REMOTE_TIMEOUT',
    hop: 'the system',
    cause: (hop) => `no answer in time from ${hop}`,
    fix: LOOK_AT_SYSTEM
  },
  {
    applies: ({ error }) => NO_ADDRESS.has(error),
    code: 'ERR_REMOTE_UNREACHABLE',
    hop: nextHop,
    cause: (hop, { error }) => `the name of ${hop} has no address (DNS, ${error})`,
    sent: hostOf,
    fix: ({ proxied }) =>
      proxied
        ? CHECK_BINDING
        : 'Check the URL of the destination; ProxyType "Internet" needs a public name.'
  },
  {
    applies: ({ error }) => UNREACHABLE.has(error),
    code: 'ERR_REMOTE_UNREACHABLE',
    hop: nextHop,
    cause: (hop, { error }) => `${hop} can't be reached (${error})`,
    sent: hostOf,
    fix: ({ proxied }) =>
      proxied
        ? CHECK_BINDING
        : 'Check host and port in the URL of the destination, and that the system runs.'
  },
  {
    applies: ({ error }) => isLost(error),
    code: 'ERR_REMOTE_CONNECTION_LOST',
    hop: nextHop,
    cause: (hop, { error }) =>
      `${hop} ended the connection before the answer was complete (${error})`,
    fix: 'A read can be repeated. A write may have had its effect: look before it is repeated.'
  },
  {
    applies: ({ error }) => TLS.test(error),
    code: 'ERR_REMOTE_TLS',
    hop: nextHop,
    cause: (hop, { error }) => `TLS with ${hop} failed (${error})`,
    sent: hostOf,
    fix: "Let the destination name the certificate of the system's authority (TrustStoreLocation), and check the host in its URL."
  }
]
