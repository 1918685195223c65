import type { EmulatedRequest } from '../types.js'

/**
 * The endpoints at which a test can answer a request, and by which requests are on record:
 *
 * | endpoint | request |
 * |---|---|
 * | `xsuaa/token` | `POST /oauth/token` |
 * | `xsuaa/token_keys` | `GET /token_keys`, `/token_key` |
 * | `xsuaa/openid-configuration` | `GET /.well-known/openid-configuration` |
 * | `xsuaa/authorize` | the login page and its form, `/oauth/authorize` |
 * | `xsuaa/logout` | `GET /logout.do` |
 * | `xsuaa` | anything else there |
 * | `ias/token`, `ias/certs`, `ias/openid-configuration`, `ias` | the same of Identity Authentication |
 * | `destination` | every request to the Destination service |
 * | `connectivity` | every request to the Connectivity proxy, before it is checked |
 * | `jobscheduler` | every request to the REST API of the Job Scheduling service |
 * | `credstore` | every request to the REST API of the SAP Credential Store |
 * | `s4` | what the Cloud Connector has let through, on its way to the backend |
 */
export type EndpointName =
  | 'xsuaa/token'
  | 'xsuaa/token_keys'
  | 'xsuaa/openid-configuration'
  | 'xsuaa/authorize'
  | 'xsuaa/logout'
  | 'xsuaa'
  | 'ias/token'
  | 'ias/certs'
  | 'ias/openid-configuration'
  | 'ias'
  | 'destination'
  | 'connectivity'
  | 'jobscheduler'
  | 'credstore'
  | 's4'

/**
 * The answer of an endpoint to its next request. Without `status`, `headers` and `body` the request is answered as
 * ever, only later when there is a `delay`.
 */
export interface ScriptedAnswer {
  /** Default: 200. */
  status?: number
  headers?: Readonly<Record<string, string>>
  /** Sent as it is if it is a text, else as JSON. */
  body?: unknown
  /** Milliseconds until anything happens. */
  delay?: number
  /** No answer at all: the connection stays open until the client gives up, or the emulator stops. */
  hang?: boolean
  /** The connection is reset. */
  reset?: boolean
}

/** A request as it came in. What proves an identity is left out: tokens, secrets, API keys, sessions, cookies, certificates. */
export interface RecordedRequest extends EmulatedRequest {
  endpoint: EndpointName
  /** Parameters of the URL. */
  query: Record<string, string>
  /** Names in lower case; of a value that proves an identity only the scheme is left: `Bearer …`. */
  headers: Record<string, string>
  /** Parameters of a form, with `…` for what proves an identity. */
  form?: Record<string, string>
  /** Claims of the tokens, by the name of the header or parameter that carried them; they are not verified. */
  claims: Record<string, Record<string, unknown>>
}

/** The time that {@link Emulator.takeRequest} waits. */
export interface TakeOptions {
  /** Milliseconds, default: 5000. */
  timeout?: number
}
