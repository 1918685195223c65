import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { EmulatedEndpoint } from '../emulator.js'
import { sendJson } from './respond.js'
import type { Traffic } from '../traffic/traffic.js'
import type { EndpointName } from '../traffic/types.js'
import type { EmulatedRequest } from '../types.js'

/** Details that a handler may add to the record of its request. */
export type RequestNotes = Partial<Pick<EmulatedRequest, 'grant' | 'client' | 'retrieval'>>

/** Handles one request; the URL is parsed and the host is checked. */
export type ApiHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  notes: RequestNotes
) => Promise<void> | void

/** The record of one service's requests, through which tests can answer them. */
export interface Observation {
  traffic: Traffic
  service: EmulatedEndpoint
  /** Name of the endpoint with this path. */
  endpointOf: (path: string) => EndpointName
}

/**
 * Lets a server answer as one emulated service. It refuses host names that are not this machine's, so
 * that a web page cannot reach it through DNS rebinding, and it sends no CORS header.
 */
export function serveApi(server: Server, observation: Observation, handler: ApiHandler): void {
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const url = parseUrl(req)
    const [method, path] = [req.method ?? '', url?.pathname ?? '']
    const entry: EmulatedRequest = { at: new Date().toISOString(), method, path, status: 0 }
    observation.traffic.track(observation.service, entry, res)
    if (!url) return sendJson(res, 421, { error: 'the emulator answers on localhost only' })
    void run(observation, handler, req, res, url, entry)
  })
}

async function run(
  { traffic, endpointOf }: Observation,
  handler: ApiHandler,
  ...args: [IncomingMessage, ServerResponse, URL, EmulatedRequest]
): Promise<void> {
  const [req, res, url, entry] = args
  try {
    if (await traffic.intercept(endpointOf(url.pathname), req, res, entry)) return
    await handler(...args)
  } catch {
    // the cause may quote a token: it stays here
    sendJson(res, 500, { error: 'internal_error', error_description: 'unexpected error' })
  }
}

/** The issuer's name is a subdomain of localhost, which resolves to loopback and nowhere else. */
const LOCAL = /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])$/

/** True if the value of a `Host` header is a name of this machine. */
export function isLocalHost(host = ''): boolean {
  const base = `http://${host}`
  return host !== '' && URL.canParse(base) && LOCAL.test(new URL(base).hostname)
}

function parseUrl(req: IncomingMessage): URL | undefined {
  const base = `https://${req.headers.host ?? ''}`
  if (!req.url?.startsWith('/') || !URL.canParse(base)) return undefined
  const { hostname, origin } = new URL(base)
  if (!LOCAL.test(hostname) || !URL.canParse(origin + req.url)) return undefined
  return new URL(origin + req.url)
}
