import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'

import { executeHttpRequest } from '@sap-cloud-sdk/http-client'

import { resolveDestination } from '../../src/destination/resolve/resolve.js'
import type { VcapServices } from '../../emulator/src/index.js'
import { send } from '../../src/remote/http/send.js'
import { decode } from '../../src/token/decode.js'
import { TokenPrincipal } from '../../src/user/principal.js'
import { program } from './places.js'

/** Name of the destination in all landscapes. */
export const DESTINATION = 'S4'

/** The process in the place of everything behind the Connectivity proxy. */
export interface Proxy {
  readonly child: ChildProcess
  readonly port: number
  counts(): Promise<{ connections: number; requests: number }>
}

export async function startProxy(): Promise<Proxy> {
  const child = fork(program('outbound-proxy'), { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const counts = async () => {
    child.send('counts')
    const [answer] = (await once(child, 'message')) as [{ connections: number; requests: number }]
    return answer
  }
  return { child, port, counts }
}

/** This process is bound to the emulator, with another Connectivity proxy. */
export function bind(services: VcapServices, port: number): void {
  for (const { credentials } of services.connectivity) {
    Object.assign(credentials, {
      onpremise_proxy_host: '127.0.0.1',
      onpremise_proxy_http_port: String(port)
    })
  }
  process.env['VCAP_SERVICES'] = JSON.stringify(services)
}

const principals = new Map<string, TokenPrincipal>()

/** Made once, as the memory of verified tokens does. */
export function principal(bearerToken: string): TokenPrincipal {
  const kept = principals.get(bearerToken)
  if (kept) return kept
  const claims = decode(bearerToken).payload as { user_name: string; zid: string; exp: number }
  const { user_name: userId, zid: tenant, exp: expiresAt } = claims
  const made = new TokenPrincipal({ userId, tenant, issuer: 'xsuaa', expiresAt, bearerToken })
  principals.set(bearerToken, made)
  return made
}

const PATH = '/sap/opu/odata/sap/API/Things?$top=31'

export async function byName(token: string): Promise<unknown> {
  const user = principal(token)
  const destination = await resolveDestination(DESTINATION, user)
  return (await send({ destination, user }, { method: 'get', url: PATH })).data
}

export async function stockByName(jwt: string): Promise<unknown> {
  const destination = { destinationName: DESTINATION, jwt }
  return (await executeHttpRequest(destination, { method: 'get', url: PATH })).data as unknown
}

/** What the same call costs at least: one kept connection, headers as they go out, one `JSON.parse`. */
export function rawCall(port: number, token: string): () => Promise<unknown> {
  const agent = new Agent({ keepAlive: true })
  const headers = {
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, br',
    'user-agent': 'cds-principal',
    host: 's4.internal:44300',
    'proxy-authorization': `Bearer ${token}`,
    'sap-connectivity-authentication': `Bearer ${token}`,
    'sap-client': '100'
  }
  const options = {
    agent,
    headers,
    host: '127.0.0.1',
    port,
    path: `http://s4.internal:44300${PATH}`
  }
  return () =>
    new Promise((done, fail) => {
      const req = request(options, (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () => {
          done(JSON.parse(Buffer.concat(chunks).toString()))
        })
      })
      req.on('error', fail).end()
    })
}
