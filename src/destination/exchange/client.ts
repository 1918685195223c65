import { createPrivateKey, hash } from 'node:crypto'

import { cap } from '../../cap.js'
import type { Requires } from '../../cap-types.js'
import { ConfigurationError } from '../../errors.js'
import { correlationHeaders } from '../../lib/inbound-credential.js'
import { FetchError } from '../../lib/fetch-json.js'
import { checkXmlLibraries } from '../../lib/lazy.js'
import { secretsNamed, withoutSecrets } from '../../lib/redact.js'
import { sendHttps } from '../../lib/send-https.js'
import { type AuthOptions, bindingsOf } from '../../options.js'
import { withWorkloadCertificate } from '../attested/credentials.js'
import type { Signer } from './saml/assertion.js'
import type { OidcIssuerOptions } from '../../token/issuers/oidc-options.js'
import {
  type ExchangeOptions,
  type SamlExchangeOptions,
  signerProblem
} from '../../token/exchange-options.js'
import type { XsuaaCredentials } from '../../token/issuers/credentials.js'

/**
 * Configuration by which tokens of an external issuer are exchanged for tokens of the bound XSUAA.
 */
export interface TokenExchange {
  readonly options: ExchangeOptions
  /** Claims with the user's id, as configured for the issuer. */
  readonly userId: readonly string[]
  /** The bound XSUAA: tokens are issued to the application itself. */
  readonly client: XsuaaClient
  /** Key that signs assertions; set with the grant `saml2-bearer`. */
  readonly signer: Signer | undefined
  /** Hash of the options, without the key: tokens that were fetched with other ones do not count. */
  readonly fingerprint: string
}

/** Exchanges by the options of their issuer: each is prepared once. */
const prepared = new WeakMap<OidcIssuerOptions, TokenExchange>()

/**
 * Returns the exchange that is configured for an issuer; `undefined` if there is none.
 *
 * @param alias - name below `cds.requires.auth.issuers`
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function exchangeOf(alias: string): TokenExchange | undefined {
  const requires = cap.env.requires
  const { issuers = {} } = requires.auth ?? ({} as Partial<AuthOptions>)
  const issuer = Object.hasOwn(issuers, alias) ? issuers[alias] : undefined
  if (!issuer?.exchange) return undefined
  const exchange = prepared.get(issuer) ?? prepare(alias, issuer, issuer.exchange, requires)
  prepared.set(issuer, exchange)
  return exchange
}

/**
 * Prepares the exchanges of all issuers at start, so that a wrong configuration stops the start.
 *
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function checkExchanges(): void {
  const { auth } = cap.env.requires
  for (const alias of Object.keys(auth?.issuers ?? {})) exchangeOf(alias)
}

function prepare(
  alias: string,
  { userId = 'sub' }: OidcIssuerOptions,
  options: ExchangeOptions,
  requires: Requires
): TokenExchange {
  const path = `cds.requires.auth.issuers.${alias}.exchange`
  const { xsuaa } = bindingsOf(requires.auth as AuthOptions, requires)
  if (!xsuaa?.url) {
    throw new ConfigurationError(`${path} needs a bound XSUAA, which gives the token in exchange`)
  }
  const signer = options.grant === 'saml2-bearer' ? signerOf(path, options, requires) : undefined
  const { key: _, ...open } = options as SamlExchangeOptions
  const fingerprint = hash('sha256', JSON.stringify([open, userId]), 'base64url')
  const client = xsuaa as XsuaaClient
  return { options, userId: [userId].flat(), client, signer, fingerprint }
}

function signerOf(path: string, options: SamlExchangeOptions, requires: Requires): Signer {
  checkXmlLibraries()
  const { credentials: service } = options
  const source = service ? requires[service]?.credentials : options
  const { key, certificate } = (source ?? {}) as { key?: unknown; certificate?: unknown }
  const problem = signerProblem({ key, certificate })
  if (problem) {
    const where = service
      ? `cds.requires.${service}.credentials, named by ${path}.credentials`
      : path
    throw new ConfigurationError(`${where}: ${problem}`)
  }
  return { key: createPrivateKey(String(key)), certificate: certificate as string | undefined }
}

/** Credentials of a binding with which tokens can be asked for: a secret, or a client certificate. */
export interface XsuaaClient extends XsuaaCredentials {
  readonly url: string
  /**
   * Client certificate (PEM) in place of `clientsecret`; goes with `key`, for the host `certurl`.
   */
  readonly certificate?: string
  readonly key?: string
  readonly certurl?: string
}

/** Refusal of a token service (RFC 6749, section 5.2). */
export class TokenRefused extends Error {
  /** Error code, such as `invalid_grant`. */
  readonly error: string
  /** HTTP status. */
  readonly status: number
  /** Seconds until another request makes sense (`Retry-After`). */
  readonly retryAfter: number | undefined

  constructor(
    status: number,
    { error, error_description: text }: Record<string, unknown>,
    retryAfter?: number
  ) {
    const words = [error, text].filter((each) => typeof each === 'string').join(': ')
    super(words || `status ${status}`)
    this.error = typeof error === 'string' ? error : ''
    this.status = status
    this.retryAfter = retryAfter
  }
}

const LIMITS = { deadline: 10_000, maxBytes: 64 * 1024 }

/** Parameters of requests for tokens, and properties of bindings, that a token service could repeat in its own words. */
const SECRETS = /assertion$|^(subject|actor|refresh)_token$|password|client_?secret|^key$/

function basicOf({ clientid, clientsecret = '' }: XsuaaClient): string {
  return Buffer.from(`${clientid}:${clientsecret}`).toString('base64')
}

/**
 * Asks the bound XSUAA for a token. The host is always that of the binding, because the client's
 * credentials go there. They are never part of the URL.
 *
 * @param path - of the token endpoint
 * @param tenant - goes along as `x-zid`
 * @returns the access token
 * @throws {@link TokenRefused}, {@link FetchError}
 * @see RFC 7521 section 4.1, RFC 6749 section 2.3
 * @internal
 */
export async function requestToken(
  client: XsuaaClient,
  path: string,
  form: Readonly<Record<string, string>>,
  tenant?: string
): Promise<string> {
  const complete = await withWorkloadCertificate('xsuaa', client)
  const { status, body, retryAfter } = await post(complete, path, form, tenant)
  const answer = parsed(body)
  if (status !== 200) {
    const secrets = secretsNamed({ ...form, password: basicOf(complete), ...complete }, SECRETS)
    throw new TokenRefused(status, withoutSecrets(answer, secrets) as typeof answer, retryAfter)
  }
  const { access_token: token, token_type: type } = answer
  if (typeof token === 'string' && String(type).toLowerCase() === 'bearer') return token
  throw new FetchError('unexpected', 'the answer has no access token')
}

/** Answer of a token service. */
interface Answer {
  readonly status: number
  readonly body: string
  readonly retryAfter: number | undefined
}

async function post(
  client: XsuaaClient,
  path: string,
  form: Readonly<Record<string, string>>,
  tenant: string | undefined
): Promise<Answer> {
  const { clientid, certificate, key, certurl } = client
  const options = {
    method: 'POST',
    headers: {
      ...correlationHeaders(),
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(!certificate && { authorization: `Basic ${basicOf(client)}` }),
      ...(tenant && { 'x-zid': tenant })
    },
    ...(certificate && { cert: certificate, key })
  }
  const content = new URLSearchParams({ ...form, ...(certificate && { client_id: clientid }) })
  const url = new URL(path, certificate ? certurl : client.url)
  const { status, headers, body } = await sendHttps(url, options, LIMITS, content.toString())
  return { status, body, retryAfter: secondsOf(headers['retry-after']) }
}

/** Returns the seconds of `Retry-After`, which can be a date as well (RFC 9110, section 10.2.3). */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : undefined
}

function parsed(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>
  } catch {
    return {}
  }
}
