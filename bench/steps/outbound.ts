import cds from '@sap/cds'

import type { Emulator } from '../../emulator/src/index.js'
import { PrincipalRemoteService } from '../../src/remote/service.js'
import { TokenUser } from '../../src/user/token-user.js'
import {
  bind,
  byName,
  DESTINATION,
  principal,
  type Proxy,
  rawCall,
  startProxy,
  stockByName
} from '../support/calls.js'
import { cold } from './cold.js'
import type { Effort } from './inbound.js'
import { type Cost, latencies, sideBySide, type Subject } from '../support/measure.js'
import { target, type Target } from '../support/targets.js'
import { tokens } from '../support/tokens.js'

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
  bind(emulator.vcapServices(), proxy.port)
  cds.model = cds.compile.for.nodejs(cds.compile(MODEL) as never)
  const users = await tokens(emulator, 'S', 200)
  const [first = ''] = users
  try {
    const counts = await counted(emulator, proxy, users)
    const warm = await compared(proxy.port, first, effort)
    return [...counts, ...warm, ...(await cold(proxy, effort.rounds))]
  } finally {
    proxy.child.disconnect()
  }
}

/** What somebody's calls ask of others. */
interface Counts {
  /** Requests of a burst, by endpoint. */
  readonly burst: ReadonlyMap<string, number>
  readonly connections: number
  readonly written: number
}

type AsUser = (token: string, work: () => Promise<unknown>) => Promise<unknown>

async function counted(emulator: Emulator, proxy: Proxy, users: string[]): Promise<Target[]> {
  const count = async (Class: unknown, as: AsUser) =>
    countsOf(await remote(Class as never), as, emulator, proxy, users)
  const ours = await count(PrincipalRemoteService, asUser)
  const stock = await count(cds.RemoteService, asStockUser)
  const sum = ({ burst }: Counts) => [...burst.values()].reduce((a, b) => a + b, 0)
  const each = [...ours.burst].map(([endpoint, calls]) => `${endpoint} ${String(calls)}`).join(', ')
  const row = (name: string, value: number, most: number, other: number) =>
    target(`${name} (stock: ${String(other)})`, value, most)
  return [
    row(`100 first READs of a user at once: upstream calls, ${each}`, sum(ours), 3, sum(stock)),
    row('200 users, 5 calls each in turn: connections', ours.connections, 200, stock.connections),
    row('20 writes of a user: requests', ours.written, 21, stock.written)
  ]
}

async function countsOf(
  service: Remote,
  as: AsUser,
  emulator: Emulator,
  proxy: Proxy,
  users: string[]
): Promise<Counts> {
  const [first = ''] = users
  const before = requestsOf(emulator)
  await Promise.all(Array.from({ length: 100 }, () => as(first, () => read(service))))
  const after = requestsOf(emulator)
  const burst = new Map([...after].map(([name, all]) => [name, all - (before.get(name) ?? 0)]))
  const opened = await proxy.counts()
  for (let i = 0; i < 5; i++) for (const user of users) await as(user, () => read(service))
  const used = await proxy.counts()
  for (let i = 0; i < 20; i++) await as(first, () => service.run(write(i)))
  const written = (await proxy.counts()).requests - used.requests
  // the first user's are open already
  return { burst, connections: used.connections - opened.connections + 1, written }
}

/** By service; what is asked of XSUAA are tokens. */
function requestsOf(emulator: Emulator): Map<string, number> {
  const services = ['xsuaa', 'destination'] as const
  return new Map(services.map((each) => [each, emulator.requests(each).length]))
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
