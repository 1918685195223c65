import { request } from 'node:https'

import { FetchError } from '../token/fetch-json.js'
import type { XsuaaCredentials } from '../token/xsuaa-issuer.js'

/** Credentials of a binding with which tokens can be asked for: a secret, or a client certificate. */
export interface XsuaaClient extends XsuaaCredentials {
  readonly url: string
  /** Instead of `clientsecret`: PEM, with `key`, for the host `certurl`. */
  readonly certificate?: string
  readonly key?: string
  readonly certurl?: string
}

/** A token service has refused (RFC 6749, section 5.2). */
export class TokenRefused extends Error {
  /** `invalid_grant`, … */
  readonly error: string

  constructor(status: number, { error, error_description: text }: Record<string, unknown>) {
    const words = [error, text].filter((each) => typeof each === 'string').join(': ')
    super(words || `status ${status}`)
    this.error = typeof error === 'string' ? error : ''
  }
}

const DEADLINE = 10_000
const MAX_BYTES = 64 * 1024

/**
 * Asks the bound XSUAA for a token. Its host is that of the binding, whatever anybody else says, as the client's credentials
 * go there; they are never part of the URL.
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
  const { status, body } = await post(client, path, form, tenant)
  const answer = parsed(body)
  if (status !== 200) throw new TokenRefused(status, answer)
  const { access_token: token, token_type: type } = answer
  if (typeof token === 'string' && String(type).toLowerCase() === 'bearer') return token
  throw new FetchError('unexpected', 'the answer has no access token')
}

function post(
  client: XsuaaClient,
  path: string,
  form: Readonly<Record<string, string>>,
  tenant: string | undefined
): Promise<{ status: number; body: string }> {
  const { clientid, clientsecret = '', certificate, key, certurl } = client
  const url = new URL(path, certificate ? certurl : client.url)
  const basic = Buffer.from(`${clientid}:${clientsecret}`).toString('base64')
  return new Promise((done, fail) => {
    const options = {
      method: 'POST',
      agent: false as const,
      signal: AbortSignal.timeout(DEADLINE),
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(!certificate && { authorization: `Basic ${basic}` }),
        ...(tenant && { 'x-zid': tenant })
      },
      ...(certificate && { cert: certificate, key })
    }
    const req = request(url, options, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_BYTES)
          req.destroy(new FetchError('too-large', `more than ${MAX_BYTES} bytes`))
        else chunks.push(chunk)
      })
      res.on('end', () => {
        done({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
      })
      res.on('error', (error) => {
        fail(failure(error))
      })
    })
    req.on('error', (error) => {
      fail(failure(error))
    })
    req.end(
      new URLSearchParams({ ...form, ...(certificate && { client_id: clientid }) }).toString()
    )
  })
}

/** Messages of the network name hosts and addresses: only the code goes on. */
function failure(error: Error & { code?: string }): FetchError {
  if (error instanceof FetchError) return error
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return new FetchError('timeout', 'timeout')
  return new FetchError('network', error.code ? `network error ${error.code}` : 'network error')
}

function parsed(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>
  } catch {
    return {}
  }
}
