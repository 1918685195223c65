/** Reason why a fetch failed; `unexpected` is JSON with another content than expected. */
export type FetchFailure =
  'timeout' | 'network' | 'status' | 'redirect' | 'too-large' | 'not-json' | 'unexpected'

/** Options of {@link fetchJson}. */
export interface FetchJsonOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds for the whole fetch, from name resolution to the last byte. Default: 5000. */
  readonly deadline?: number
  /** Maximum bytes of the body that are read. Default: 262144 (256 kB). */
  readonly maxBytes?: number
  /**
   * True if a fetch is repeated once when the connection is lost: a server may close a kept
   * connection at the moment when it is used again. Default: `false`, for callers that fetch again
   * later anyway.
   */
  readonly repeatLost?: boolean
}

/**
 * Failed fetch of a document. Its message has no URL and nothing of the body, so it can be logged.
 */
export class FetchError extends Error {
  readonly reason: FetchFailure
  /** HTTP status, for `status` and `redirect`. */
  readonly status: number | undefined

  constructor(reason: FetchFailure, text: string, status?: number) {
    super(text)
    this.name = 'FetchError'
    this.reason = reason
    this.status = status
  }
}

const DEADLINE = 5_000
const MAX_BYTES = 256 * 1024

/**
 * Fetches a JSON document from an issuer that may hang, send slowly, redirect, or send too much.
 * Redirects are not followed, only status 200 counts, and no more than the allowed bytes are read.
 *
 * @throws {@link FetchError}
 * @internal
 */
export async function fetchJson(url: string, options: FetchJsonOptions = {}): Promise<unknown> {
  return parsed(await fetchBytes(url, options))
}

/** Fetches a text in UTF-8, such as XML, by the rules of {@link fetchJson}. @internal */
export async function fetchText(url: string, options: FetchJsonOptions = {}): Promise<string> {
  const bytes = await fetchBytes(url, options)
  return new TextDecoder().decode(bytes)
}

async function fetchBytes(url: string, options: FetchJsonOptions): Promise<Uint8Array> {
  const { headers, deadline = DEADLINE, maxBytes = MAX_BYTES, repeatLost = false } = options
  const init: RequestInit = {
    headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(Math.max(deadline, 1))
  }
  try {
    const response = await fetch(url, init).catch((error: unknown) => {
      if (!repeatLost || !isLost(error)) throw error
      return fetch(url, init)
    })
    return await bodyOf(response, maxBytes)
  } catch (error) {
    throw error instanceof FetchError ? error : failure(error)
  }
}

const LOST: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** True if an established connection was lost. */
function isLost(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } }
  return LOST.has(cause?.code)
}

/** Reads the body of an answer with status 200; closes the connection of any other answer. */
async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array> {
  const { status, headers } = response
  const refused = refusal(status, Number(headers.get('content-length')) > maxBytes, maxBytes)
  if (refused) {
    await response.body?.cancel()
    throw refused
  }
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the body, and with it the connection.
  for await (const chunk of bytesOf(response)) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function bytesOf(response: Response): AsyncIterable<Uint8Array> | [] {
  return response.body ?? []
}

function refusal(status: number, large: boolean, maxBytes: number): FetchError | undefined {
  if (status >= 300 && status < 400) {
    return new FetchError('redirect', `redirect, status ${status}`, status)
  }
  if (status !== 200) return new FetchError('status', `status ${status}`, status)
  return large ? tooLarge(maxBytes) : undefined
}

function tooLarge(maxBytes: number): FetchError {
  return new FetchError('too-large', `more than ${maxBytes} bytes`)
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new FetchError('not-json', 'not JSON')
  }
}

/**
 * Converts an error of `fetch`. Its messages name hosts and addresses, so only the code is kept,
 * such as `ECONNREFUSED`.
 */
function failure(error: unknown): FetchError {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
  if (name === 'TimeoutError' || name === 'AbortError') return new FetchError('timeout', 'timeout')
  const code = typeof cause?.code === 'string' && /^\w{1,64}$/.test(cause.code) ? cause.code : ''
  return new FetchError('network', code ? `network error ${code}` : 'network error')
}
