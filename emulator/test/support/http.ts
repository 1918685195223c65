import { request as httpRequest, type IncomingHttpHeaders, type Agent } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Emulator } from '../../src/index.js'

/** A response with its body parsed, if it is JSON. */
export interface Response {
  status: number
  headers: IncomingHttpHeaders
  text: string
  body: any
}

interface RequestOptions {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string
  ca?: string
  cert?: string
  key?: string
  servername?: string
  agent?: Agent
  host?: string
  port?: number
  path?: string
}

/** One real request, on a connection of its own unless an agent says otherwise. */
export function send(
  url: string,
  { body, agent, ...options }: RequestOptions = {}
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest
    const req = request(url, { ...options, agent: agent ?? false }, (res) => {
      text(res).then((content) => {
        const isJson = res.headers['content-type']?.includes('json')
        const { statusCode: status = 0, headers } = res
        resolve({
          status,
          headers,
          text: content,
          body: isJson && content ? JSON.parse(content) : undefined
        })
      }, reject)
    })
    req.once('error', reject)
    req.end(body)
  })
}

/** Credentials of a binding. */
export function credentials(
  emulator: Emulator,
  service: 'xsuaa' | 'destination' | 'connectivity' = 'xsuaa'
): Record<string, string> {
  return emulator.vcapServices()[service][0]!.credentials as Record<string, string>
}

/** POST /oauth/token, by default as the application. */
export function requestToken(
  emulator: Emulator,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
  client = credentials(emulator)
): Promise<Response> {
  const { clientid = '', clientsecret = '' } = client
  const form = new URLSearchParams({
    client_id: clientid,
    client_secret: clientsecret,
    ...parameters
  })
  return send(`${emulator.url}/oauth/token`, {
    method: 'POST',
    ca: emulator.ca,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form.toString()
  })
}

/** A request through the Connectivity proxy. */
export async function viaProxy(
  emulator: Emulator,
  url: string,
  { headers = {}, user, ...options }: RequestOptions & { user?: string } = {}
): Promise<Response> {
  const { onpremise_proxy_host: host = '', onpremise_proxy_http_port: port } = credentials(
    emulator,
    'connectivity'
  )
  const proxyToken = await emulator.issueToken({ client: 'connectivity' })
  return send(`http://${host}:${port}`, {
    path: url,
    ...options,
    headers: {
      host: URL.canParse(url) ? new URL(url).host : 'localhost',
      'proxy-authorization': `Bearer ${proxyToken}`,
      ...(user && {
        'sap-connectivity-authentication': `Bearer ${await emulator.issueToken({ user })}`
      }),
      ...headers
    }
  })
}

/** Claims of a token, unverified. */
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** Header of a token, unverified. */
export function headerOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}
