import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'

import { isLocalHost } from '../../http/api-server.js'
import { listen } from '../../http/listener.js'
import type { Recorder } from '../recorder.js'

/** The page of a recorder. */
export interface RecorderPage {
  /** Address with the key. */
  readonly url: string
  close(): Promise<void>
}

/** The application as the page has to know it. */
export interface RecordedApplication {
  /** URL, once it listens. */
  readonly server: string | undefined
  /** Tenant of the provider: commands for it name none. */
  readonly provider: string
}

/** Files of the page, by name in its address. */
const FILES: Readonly<Record<string, string>> = {
  'recorder.js': 'text/javascript;charset=UTF-8',
  'detail.js': 'text/javascript;charset=UTF-8',
  'compare.js': 'text/javascript;charset=UTF-8',
  'elements.js': 'text/javascript;charset=UTF-8',
  'snippets.js': 'text/javascript;charset=UTF-8',
  'recorder.css': 'text/css;charset=UTF-8',
  'icon.svg': 'image/svg+xml'
}

const FOLDER = join(__dirname, '../../../page')

/** Milliseconds between signs of life, by which a browser notices that the landscape has ended. */
const HEARTBEAT = 20_000

/** Pages that can be open at the same time. */
const MAX_STREAMS = 20

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin'
}

/**
 * Serves the page of a recorder on loopback, at an address with a key that is new on every start: other users of this
 * machine and web pages do not know it. Requests with a host name that is not this machine's are refused.
 */
export async function startRecorderPage(
  recorder: Recorder,
  application: () => RecordedApplication
): Promise<RecorderPage> {
  const key = randomBytes(24).toString('base64url')
  let streams = 0
  const http = createServer((req, res) => {
    const name = nameIn(req, key)
    if (!isLocalHost(req.headers.host)) send(res, 421, 'text/plain', 'localhost only')
    else if (name === undefined) send(res, 404, 'text/plain', 'Not Found')
    else if (req.method !== 'GET') send(res, 405, 'text/plain', 'Method Not Allowed')
    else if (name === WITHOUT_SLASH) send(res, 308, 'text/plain', '', { location: `/${key}/` })
    else if (name === '') sendPage(res)
    else if (name !== 'events') sendFile(res, name)
    else if (streams >= MAX_STREAMS) send(res, 503, 'text/plain', 'too many open pages')
    else {
      streams += 1
      res.once('close', () => (streams -= 1))
      stream(res, recorder, application)
    }
  })
  const { port, close } = await listen(http)
  return { url: `http://127.0.0.1:${port}/${key}/`, close }
}

/** Name of the page itself at an address that ends with the key: its files are relative to the one with a slash. */
const WITHOUT_SLASH = Symbol('no slash')

/** Returns the part of the path behind the key; `undefined` without the right key. */
function nameIn(
  { url = '' }: IncomingMessage,
  key: string
): string | typeof WITHOUT_SLASH | undefined {
  const [, given = '', name = WITHOUT_SLASH, ...more] = (url.split('?', 1)[0] ?? '').split('/')
  const isKey = timingSafeEqual(digest(given), digest(key))
  return isKey && !more.length ? name : undefined
}

const digest = (text: string) => hash('sha256', text, 'buffer')

function sendPage(res: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64')
  const html = readFileSync(join(FOLDER, 'index.html'), 'utf8').replaceAll('{{nonce}}', nonce)
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ]
  send(res, 200, 'text/html;charset=UTF-8', html, { 'content-security-policy': policy.join('; ') })
}

function sendFile(res: ServerResponse, name: string): void {
  const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined
  if (type === undefined) send(res, 404, 'text/plain', 'Not Found')
  else send(res, 200, type, readFileSync(join(FOLDER, name), 'utf8'))
}

function send(
  res: ServerResponse,
  status: number,
  type: string,
  body: string,
  more: Readonly<Record<string, string>> = {}
): void {
  const policy = { 'content-security-policy': "default-src 'none'", ...more }
  res.writeHead(status, { ...HEADERS, ...policy, 'content-type': type }).end(body)
}

/** Sends what is recorded, and each change, as server-sent events. */
function stream(
  res: ServerResponse,
  recorder: Recorder,
  application: () => RecordedApplication
): void {
  res.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream;charset=UTF-8' })
  let after = 0
  const tell = () => {
    const traces = recorder.traces(after)
    after = Math.max(after, ...traces.map(({ version }) => version))
    const ids = recorder.ids()
    res.write(`data: ${JSON.stringify({ traces, ids, ...application() })}\n\n`)
  }
  const end = recorder.onChange(tell)
  const timer = setInterval(() => res.write(': alive\n\n'), HEARTBEAT).unref()
  res.once('close', () => {
    end()
    clearInterval(timer)
  })
  tell()
}
