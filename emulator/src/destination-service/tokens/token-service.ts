import { request } from 'node:https'
import { request as plainRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { getCACertificates } from 'node:tls'
import type { TlsIdentity } from '../../certificates/authority.js'
import { ExchangeFailed } from './exchange-user-token.js'
import { RetrievalFailed } from '../retrieval-failed.js'

/** The answer of a token service (RFC 6749 section 5.1). */
export interface TokenServiceAnswer {
  access_token: string
  token_type: string
  expires_in?: number
  scope?: string
  issued_token_type?: string
}

/** One request for a token. */
export interface TokenServiceRequest {
  url: URL
  /** `Authorization` and others. */
  headers: Readonly<Record<string, string>>
  form: URLSearchParams
  /** Certificate of the client, for mutual TLS. */
  client?: TlsIdentity | undefined
  /** Trusted besides what the process trusts (PEM). */
  ca: string
}

const TIMEOUT = 10_000

/** The emulator calls nobody outside of this machine. */
const LOOPBACK = /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Asks a token service, as the Destination service does for an application.
 *
 * @throws RetrievalFailed
 */
export async function askTokenService(asked: TokenServiceRequest): Promise<TokenServiceAnswer> {
  const { status, body } = await post(asked)
  const answer = parse(body)
  if (status === 200 && typeof answer['access_token'] === 'string') {
    return { token_type: 'bearer', ...answer } as TokenServiceAnswer
  }
  const { error, error_description: description } = answer
  if (typeof error !== 'string') throw new RetrievalFailed(`the token service answered ${status}`)
  throw new ExchangeFailed(error, typeof description === 'string' ? description : '')
}

function post({ url, headers, form, client, ca }: TokenServiceRequest) {
  if (!LOOPBACK.test(url.hostname)) {
    throw new RetrievalFailed(
      'the emulated Destination service calls token services on this machine only'
    )
  }
  const isTls = url.protocol === 'https:'
  return new Promise<{ status: number; body: string }>((done, fail) => {
    const options = {
      method: 'POST',
      agent: false as const,
      timeout: TIMEOUT,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers
      },
      ...(isTls && { ca: [...getCACertificates('default'), ca] }),
      ...(isTls && client && { cert: client.cert, key: client.key })
    }
    const req = (isTls ? request : plainRequest)(url, options, (res) => {
      text(res).then((body) => done({ status: res.statusCode ?? 0, body }), fail)
    })
    req.on('timeout', () => req.destroy(new Error('timeout')))
    req.on('error', ({ message }) => fail(new RetrievalFailed(`the token service: ${message}`)))
    req.end(form.toString())
  })
}

function parse(body: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
