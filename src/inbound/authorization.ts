import type { IncomingMessage } from 'node:http'

import { RequestError } from '../errors.js'
import { headerMistake } from './denied/header-mistakes.js'

/** Content of the `Authorization` header of a request. */
export type Authorization =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'bearer'; readonly bearerToken: string }
  | { readonly scheme: 'basic'; readonly credentials: string }

const NONE: Authorization = { scheme: 'none' }

/** `credentials = auth-scheme [ 1*SP token68 ]`, and nothing behind it (RFC 9110, section 11.4; RFC 6750, section 2.1). */
const CREDENTIALS = /^([!#$%&'*+.^_`|~0-9a-z-]{1,32})(?: {1,8}([0-9a-z._~+/-]+=*)?)?$/i

/** Compact JWT: name and password in base64 have no full stop. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Beginning of a header with a JWT: `eyJ` is `{"`. */
const BEARER_JWT = 'Bearer eyJ'

/** Characters that may not stand in a token; a header with one of them holds several values. */
const SEPARATORS = [' ', ',', '\t', '"', ';']

/** Schemes that can be named in the log; what is none of them may be a secret without a scheme. */
const KNOWN_SCHEMES = new Set([
  'negotiate',
  'ntlm',
  'digest',
  'dpop',
  'apikey',
  'token',
  'jwt',
  'hoba'
])

/** The parameter of RFC 6750, section 2.3. */
const QUERY_TOKEN = /[?&]access_token=/i

/**
 * Returns the unchecked token of the only `Authorization` header. It serves to find a token that was accepted before, which is
 * compared letter by letter.
 *
 * @internal
 */
export function likelyToken({
  headers,
  rawHeaders,
  url = ''
}: IncomingMessage): string | undefined {
  const header = headers.authorization
  if (!header?.startsWith(BEARER_JWT) || !isSingle(rawHeaders)) return undefined
  return QUERY_TOKEN.test(url) ? undefined : header.slice('Bearer '.length)
}

/** True if there is one `Authorization` header. Reads the raw headers, because Node would build a list of all others. */
function isSingle(rawHeaders: readonly string[]): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++
  }
  return count === 1
}

/**
 * Reads the `Authorization` header, and only that: tokens in the query, the body or another header do not count. An empty one
 * is none.
 *
 * @throws {@link RequestError} `ERR_REQUEST_MALFORMED` (400): more than one header, or not a scheme with one credential;
 *   `ERR_SCHEME_UNSUPPORTED` (401): a scheme other than Bearer and Basic; `ERR_CREDENTIALS_MISSING` (401): nothing behind it.
 * @see RFC 6750 sections 2.1 and 3.1
 * @internal
 */
export function authorizationOf(req: IncomingMessage): Authorization {
  const headers = req.headersDistinct.authorization
  if (QUERY_TOKEN.test(req.url ?? '')) refuseQueryToken(headers !== undefined)
  if (!headers) return NONE
  if (headers.length > 1) {
    throw new RequestError('ERR_REQUEST_MALFORMED', 'more than one "Authorization" header', {
      sent: `${headers.length} headers`,
      expected: 'one',
      fix: 'Look for a proxy, middleware or client library that adds a second one.'
    })
  }
  const [header = ''] = headers
  if (header.startsWith(BEARER_JWT) && !SEPARATORS.some((each) => header.includes(each, 7))) {
    return { scheme: 'bearer', bearerToken: header.slice(7) } // most requests; what else is wrong with it, decode says
  }
  return header.trim() ? credentialsIn(header) : NONE
}

function credentialsIn(header: string): Authorization {
  const [, scheme, value] = CREDENTIALS.exec(header) ?? []
  if (!scheme) {
    const { cause, fix } = headerMistake(header)
    throw new RequestError('ERR_REQUEST_MALFORMED', cause, { fix })
  }
  const name = scheme.toLowerCase()
  if (name !== 'bearer' && name !== 'basic') {
    throw new RequestError('ERR_SCHEME_UNSUPPORTED', 'only the Bearer scheme is accepted', {
      sent: KNOWN_SCHEMES.has(name) ? scheme : 'an unknown scheme',
      expected: 'Bearer',
      fix: 'Get a token, and send it as Bearer.'
    })
  }
  if (!value) {
    const text = '"Authorization" header has a scheme, and no credentials behind it'
    throw new RequestError('ERR_CREDENTIALS_MISSING', text, {
      fix: 'The shell variable or setting with the token is probably empty: look at the request for the token before.'
    })
  }
  if (name === 'basic' && JWT.test(value)) {
    const text = '"Authorization" header has a token behind the scheme "Basic"'
    throw new RequestError('ERR_SCHEME_UNSUPPORTED', text, {
      sent: 'Basic',
      expected: 'Bearer',
      fix: 'Write "Bearer" in place of "Basic" before the token.'
    })
  }
  return name === 'bearer'
    ? { scheme: 'bearer', bearerToken: value }
    : { scheme: 'basic', credentials: value }
}

/** Refuses a token in the query. It is not let through either, because CAP would print the query. */
function refuseQueryToken(beside: boolean): never {
  const text = 'a token in the query is not accepted: send it in the "Authorization" header'
  throw new RequestError(beside ? 'ERR_REQUEST_MALFORMED' : 'ERR_SCHEME_UNSUPPORTED', text, {
    fix: 'Leave "access_token" out of the URL: URLs are logged on the way.'
  })
}
