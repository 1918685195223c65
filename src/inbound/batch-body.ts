/** Methods of parts that have a body. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** One part of a `$batch` in JSON, as a client may send it. */
interface Part {
  readonly id?: unknown
  readonly method?: unknown
  readonly url?: unknown
  readonly body?: unknown
  readonly headers?: unknown
  readonly dependsOn?: unknown
  readonly atomicityGroup?: unknown
}

/**
 * Says what is wrong with a `$batch` in JSON, as far as CAP does not look: it would stop, or wait for ever. Nothing if it is
 * right, or if CAP says what is wrong.
 *
 * @see OData JSON Format 4.01, section 19
 * @internal
 */
export function faultOfJsonBatch(body: unknown): string | undefined {
  const { requests } = (body ?? {}) as { requests?: unknown }
  if (!Array.isArray(requests)) return undefined
  for (const part of requests as unknown[]) {
    const fault = isObject(part) ? faultOfPart(part) : 'a request is not an object'
    if (fault) return fault
  }
  return undefined
}

function faultOfPart({ id, method, url, body, headers, dependsOn, atomicityGroup }: Part) {
  if (body === null && WITH_BODY.has(String(method).toUpperCase())) return 'a body is null'
  if (headers !== undefined && headers !== null && !areHeaders(headers))
    return 'headers are not an object with texts'
  if (dependsOn !== undefined && dependsOn !== null && !areTexts(dependsOn))
    return '"dependsOn" is not a list of texts'
  if (atomicityGroup === null) return '"atomicityGroup" is null'
  if (typeof url !== 'string') return undefined
  if (!isDecodable(url)) return 'a URL can not be read'
  const needed = [...((dependsOn as string[] | null | undefined) ?? []), referenceIn(url)]
  return id !== undefined && needed.includes(id as string)
    ? 'a request depends on itself'
    : undefined
}

/** Returns the id of the request whose result a URL addresses at its beginning. */
function referenceIn(url: string): string | undefined {
  return /^\/?\$([^/?]+)/.exec(url)?.[1]
}

function isDecodable(url: string): boolean {
  if (!URL.canParse(url, 'http://localhost')) return false
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areHeaders(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

/** Lines that begin something else, also where CAP takes them for it. */
const BOUNDARY = /^(--|HEAD )/

const REQUEST = /^([A-Z]+) (\S+) HTTP\/\d/

/**
 * Says the same of a `$batch` in MIME parts. Line by line as CAP reads it: a part ends with a line that begins with `--`.
 *
 * @see OData 4.01 Protocol, section 11.7.7
 * @internal
 */
export function faultOfMultipartBatch(text: string): string | undefined {
  const known = new Set<string>()
  let [place, contentId] = ['body', undefined as string | undefined]
  for (const line of text.split(/\r?\n/)) {
    if (BOUNDARY.test(line)) [place, contentId] = ['mime', undefined]
    else if (place === 'mime') {
      contentId = /^content-id:\s*(.*?)\s*$/i.exec(line)?.[1] ?? contentId
      if (REQUEST.test(line)) place = 'headers'
      const fault = faultOfUrl(REQUEST.exec(line)?.[2], known)
      if (fault) return fault
      if (place === 'headers' && contentId) known.add(contentId)
    } else if (place === 'headers') {
      if (/^transfer-encoding/i.test(line)) return 'a part has a "Transfer-Encoding"'
      if (/^content-length(?!: \d+$)/i.test(line)) return 'a part has an odd "Content-Length"'
      if (!line) place = 'start'
    } else if (place === 'start' && line.trim()) {
      if (line.trim().startsWith('null')) return 'a body is null'
      place = 'body'
    }
  }
  return undefined
}

/** CAP numbers the requests: a reference to a number that is nobody's `Content-ID` may be to the request itself. */
function faultOfUrl(url: string | undefined, known: ReadonlySet<string>): string | undefined {
  if (url === undefined) return undefined
  if (!isDecodable(url)) return 'a URL can not be read'
  const reference = referenceIn(url)
  const own = reference !== undefined && /^r\d+$/.test(reference) && !known.has(reference)
  return own ? 'a request depends on itself' : undefined
}
