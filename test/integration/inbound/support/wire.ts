import { connect } from 'node:net'

/** A request as it goes over the line; header lines are sent as they are, also twice or malformed. */
export interface Wire {
  readonly method?: string
  readonly path?: string
  /** Raw lines, `name: value`. Characters are bytes (latin1). */
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface Answer {
  /** 0: the connection ended without an answer. */
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const NO_ANSWER: Answer = { status: 0, headers: {}, body: '' }

/** Sends requests over one connection, one after the other without waiting (pipelined), and reads all answers. */
export async function exchange(url: URL, requests: readonly Wire[]): Promise<Answer[]> {
  const last = requests.length - 1
  const text = requests.map((each, i) => serialized(url, each, i === last)).join('')
  return parsed(await roundTrip(url, text), requests)
}

/** Sends one request. */
export async function send(url: URL, request: Wire): Promise<Answer> {
  const [answer] = await exchange(url, [request])
  return answer ?? NO_ANSWER
}

function serialized(
  url: URL,
  { method = 'GET', path = '/', headers = [], body }: Wire,
  last: boolean
) {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    ...headers,
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...(last ? ['Connection: close'] : [])
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

function roundTrip(url: URL, text: string): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(url.port), url.hostname)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => {
      done(Buffer.concat(chunks))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // a server that refuses a request before it has read all of it resets the connection
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') fail(error)
    })
    socket.write(text, 'latin1')
  })
}

function parsed(received: Buffer, requests: readonly Wire[]): Answer[] {
  const answers: Answer[] = []
  let rest = received
  for (const { method } of requests) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) break
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(lines.map(nameAndValue)) as Record<string, string>
    const content = contentOf(rest.subarray(end + 4), headers, method === 'HEAD')
    rest = content.rest
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body: content.body })
  }
  return answers
}

function nameAndValue(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

function contentOf(bytes: Buffer, headers: Record<string, string>, empty: boolean) {
  if (empty) return { body: '', rest: bytes }
  if (headers['transfer-encoding'] === 'chunked') return dechunked(bytes)
  const length = Number(headers['content-length'] ?? 0)
  return { body: bytes.subarray(0, length).toString(), rest: bytes.subarray(length) }
}

function dechunked(bytes: Buffer): { body: string; rest: Buffer } {
  const chunks: Buffer[] = []
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = parseInt(rest.subarray(0, end).toString(), 16)
    const start = end + 2
    if (!(size > 0))
      return { body: Buffer.concat(chunks).toString(), rest: rest.subarray(start + 2) }
    chunks.push(rest.subarray(start, start + size))
    rest = rest.subarray(start + size + 2)
  }
}
