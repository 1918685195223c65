import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'

import cds from '@sap/cds'
import { executeHttpRequest } from '@sap-cloud-sdk/http-client'

import { resolveDestination } from '../src/destination/resolve.js'
import type { Emulator } from '../src/emulator/index.js'
import { send } from '../src/remote/send.js'
import { PrincipalRemoteService } from '../src/remote/service.js'
import { decode } from '../src/token/decode.js'
import { TokenPrincipal } from '../src/user/principal.js'
import { TokenUser } from '../src/user/token-user.js'
import type { Effort } from './inbound.js'
import { type Cost, latencies, sideBySide, type Subject } from './measure.js'
import type { Target } from './targets.js'
import { tokens } from './tokens.js'

const DESTINATION = 'S4' // as run.mts has it
const MODEL = `@cds.external service API {
  entity Things { key ID : String(10); name : String(40); plant : String(4); category : String(1); }
}`

/** A remote service, as far as it is used here. */
interface Remote {
  init(): Promise<void>
  run(query: unknown): Promise<unknown>
}

type RemoteClass = new (name: string, model: unknown, options: object) => Remote

/** Calls of a system on premise: through CAP, and by destination name; ours, stock, and a raw request. */
export async function outbound(emulator: Emulator, effort: Effort): Promise<Target[]> {
  const proxy = await startProxy()
  bind(emulator, proxy.port)
  cds.model = cds.compile.for.nodejs(cds.compile(MODEL) as never)
  const users = await tokens(emulator, 'S', 200)
  const [first = ''] = users
  try {
    const counts = await counted(emulator, proxy, users)
    return [...counts, ...(await compared(proxy.port, first, effort))]
  } finally {
    proxy.child.disconnect()
  }
}

async function counted(emulator: Emulator, proxy: Proxy, users: string[]): Promise<Target[]> {
  const [first = ''] = users
  const ours = await remote(PrincipalRemoteService as never)
  const upstream = () => emulator.requests('xsuaa').length + emulator.requests('destination').length
  const before = upstream()
  await Promise.all(Array.from({ length: 100 }, () => asUser(first, () => read(ours))))
  const burst = upstream() - before
  const opened = await proxy.counts()
  for (let i = 0; i < 5; i++) for (const user of users) await asUser(user, () => read(ours))
  const used = await proxy.counts()
  for (let i = 0; i < 20; i++) await asUser(first, () => ours.run(write(i)))
  const written = (await proxy.counts()).requests - used.requests
  // the first user's are open already
  const connections = used.connections - opened.connections + 1
  return [
    target('100 first READs of a user at once: upstream calls', burst, 3),
    target('200 users, 5 calls each in turn: connections to the proxy', connections, 200),
    target('20 writes of a user: requests', written, 21)
  ]
}

async function compared(port: number, token: string, effort: Effort): Promise<Target[]> {
  const ours = await remote(PrincipalRemoteService as never)
  const stock = await remote(cds.RemoteService as never)
  const raw = rawCall(port, token)
  const subjects: Subject[] = [
    { name: 'raw', run: raw },
    { name: 'ours by name', run: () => byName(token) },
    { name: 'stock by name', run: () => stockByName(token) },
    { name: 'ours through CAP', run: () => asUser(token, () => read(ours)) },
    { name: 'stock through CAP', run: () => asStockUser(token, () => read(stock)) }
  ]
  const costs = await sideBySide(subjects.map(atOnce), effort.rounds, effort.milliseconds)
  const waits = await latencies(subjects.slice(0, 2), effort.rounds, effort.milliseconds)
  const ratio = (of: Map<string, Cost>, name: string, a: string, b: string, most: number) => {
    const [over, under] = [of.get(a), of.get(b)]
    const value = (over?.median ?? NaN) / (under?.median ?? NaN)
    return target(name, value, most, Math.max(over?.spread ?? 0, under?.spread ?? 0))
  }
  return [
    ratio(costs, 'proxied call by name: CPU ÷ raw', 'ours by name', 'raw', 1.3),
    ratio(waits, 'proxied call by name: p50 ÷ raw', 'ours by name', 'raw', 1.2),
    ratio(costs, 'proxied call by name: CPU ÷ stock', 'ours by name', 'stock by name', 0.2),
    ratio(costs, 'READ through CAP: CPU ÷ stock', 'ours through CAP', 'stock through CAP', 0.5)
  ]
}

/** Ten at a time: one by one, most of the cost is that of waking the other process up. */
function atOnce({ name, run }: Subject): Subject {
  return { name, run: (i) => Promise.all(Array.from({ length: 10 }, () => run(i))) }
}

function target(name: string, value: number, most: number, spread = 0): Target {
  return { name, value, target: most, met: value <= most, spread }
}

/** The process in the place of everything behind the Connectivity proxy. */
interface Proxy {
  readonly child: ChildProcess
  readonly port: number
  counts(): Promise<{ connections: number; requests: number }>
}

async function startProxy(): Promise<Proxy> {
  const child = fork(join(__dirname, 'outbound-proxy.ts'), { execArgv: ['--import', 'tsx'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const counts = async () => {
    child.send('counts')
    const [answer] = (await once(child, 'message')) as [{ connections: number; requests: number }]
    return answer
  }
  return { child, port, counts }
}

/** This process is bound to the emulator, with another Connectivity proxy. */
function bind(emulator: Emulator, port: number): void {
  const services = emulator.vcapServices()
  for (const { credentials } of services.connectivity) {
    Object.assign(credentials, {
      onpremise_proxy_host: '127.0.0.1',
      onpremise_proxy_http_port: String(port)
    })
  }
  process.env['VCAP_SERVICES'] = JSON.stringify(services)
}

async function remote(Class: RemoteClass): Promise<Remote> {
  const credentials = { destination: DESTINATION, path: '/sap/opu/odata/sap/API' }
  const service = new Class('API', cds.model, { kind: 'odata-v2', csrf: true, credentials })
  await service.init()
  return service
}

const read = (service: Remote) => service.run(SELECT.from('API.Things').limit(31))

const write = (i: number) => INSERT.into('API.Things').entries({ ID: String(i), name: 'x' })

/** In a context of its own, as a request has one. */
function inContext(user: object, work: () => Promise<unknown>): Promise<unknown> {
  const context = new cds.EventContext({ user, id: 'x' } as never)
  const run = (cds as unknown as { _with(context: object, work: () => unknown): unknown })._with
  return run.call(cds, context, work) as Promise<unknown>
}

function asUser(token: string, work: () => Promise<unknown>): Promise<unknown> {
  const { userId, tenant, issuer, expiresAt } = principal(token)
  const identity = {
    kind: 'named',
    userId,
    tenant,
    issuer,
    expiresAt,
    roles: {},
    attributes: {}
  } as const
  const securityContext = () => ({ token: { jwt: token } })
  return inContext(
    new TokenUser({ identity, issuer: { securityContext }, bearerToken: token }),
    work
  )
}

function asStockUser(token: string, work: () => Promise<unknown>): Promise<unknown> {
  const user = new cds.User('alice')
  return inContext(Object.assign(user, { authInfo: { token: { jwt: token } } }), work)
}

const principals = new Map<string, TokenPrincipal>()

/** Made once, as the memory of verified tokens does. */
function principal(bearerToken: string): TokenPrincipal {
  const kept = principals.get(bearerToken)
  if (kept) return kept
  const claims = decode(bearerToken).payload as { user_name: string; zid: string; exp: number }
  const { user_name: userId, zid: tenant, exp: expiresAt } = claims
  const made = new TokenPrincipal({ userId, tenant, issuer: 'xsuaa', expiresAt, bearerToken })
  principals.set(bearerToken, made)
  return made
}

const PATH = '/sap/opu/odata/sap/API/Things?$top=31'

async function byName(token: string): Promise<unknown> {
  const user = principal(token)
  const destination = await resolveDestination(DESTINATION, user)
  return (await send({ destination, user }, { method: 'get', url: PATH })).data
}

async function stockByName(jwt: string): Promise<unknown> {
  const destination = { destinationName: DESTINATION, jwt }
  return (await executeHttpRequest(destination, { method: 'get', url: PATH })).data as unknown
}

/** What the same call costs at least: one kept connection, headers as they go out, one `JSON.parse`. */
function rawCall(port: number, token: string): () => Promise<unknown> {
  const agent = new Agent({ keepAlive: true })
  const headers = {
    accept: 'application/json',
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
