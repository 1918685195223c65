import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { type Emulator, startEmulator } from '../../../emulator/src/index.js'
import { options } from '../../../emulator/test/support/maintenance.js'
import { DEFAULT_LIMITS } from '../../../src/lib/limits/limits.js'
import { processEnvironment } from '../../support/environment.js'
import type { Message, Report } from './instance.js'
import { Proxy } from './proxy.js'

const ROOT = resolve(__dirname, '../../..')
const MINUTE = 60_000

const USERS = 10_000
const ALL = Array.from({ length: USERS }, (_, i) => i)
const nameOf = (user: number) => `user-${String(user)}`

/** Calls of one tenant that have a socket at the same time, as docs/scaling.md says: four fifths of all sockets. */
const OF_A_TENANT = (DEFAULT_LIMITS.sockets * 4) / 5

/** Descriptors that an instance has besides sockets to systems may be more for a moment, such as those to the platform. */
const OTHERS = 50

let folder: string
let emulator: Emulator
let proxy: Proxy
let instance: ChildProcess
let atStart: Report['now']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'many-users-'))
  proxy = await Proxy.start()
  const destination = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }
  emulator = await startEmulator({
    ...options,
    users: { [nameOf(0)]: { roles: ['Technician'] } },
    destinations: { S4: { ...destination, Authentication: 'PrincipalPropagation' } }
  })
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, emulator.ca)
  instance = fork(join(__dirname, 'instance.ts'), {
    cwd: ROOT,
    execArgv: ['--import', 'tsx'],
    env: processEnvironment({ NODE_EXTRA_CA_CERTS: ca, VCAP_SERVICES: bindings() })
  })
  const [header = '', payload = '', signature = ''] = (
    await emulator.issueToken({ user: nameOf(0) })
  ).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  // nobody on this side of the Cloud Connector verifies them
  const tokens = ALL.map((i) => {
    const own = JSON.stringify({ ...claims, user_name: nameOf(i), user_id: `id-${String(i)}` })
    return [header, Buffer.from(own).toString('base64url'), signature].join('.')
  })
  atStart = (await ask({ tokens })).now
}, 10 * MINUTE)

afterAll(async () => {
  if (instance?.connected) instance.disconnect()
  await emulator?.stop()
  await proxy?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The bindings of the emulator, with the proxy that can take thousands of connections. */
function bindings(): string {
  const services = emulator.vcapServices()
  for (const { credentials } of services.connectivity ?? []) {
    const port = String(proxy.port)
    Object.assign(credentials, { onpremise_proxy_port: port, onpremise_proxy_http_port: port })
    Object.assign(credentials, { onpremise_proxy_host: '127.0.0.1' })
  }
  return JSON.stringify(services)
}

async function ask(message: Message): Promise<Report> {
  const answer = once(instance, 'message')
  instance.send(message)
  const [report] = (await answer) as [Report]
  return report
}

/** Lets users call at once, and checks what must be true whoever calls. */
async function callAs(callers: readonly number[]) {
  const { results = [], most, now } = await ask({ callers })
  const answered = results.filter(({ seen }) => seen !== undefined)
  const refused = results.filter(({ code }) => code !== undefined)
  expect(answered.filter(({ user, seen }) => seen !== nameOf(user))).toEqual([])
  expect(new Set(refused.map(({ code }) => code))).toEqual(
    new Set(refused.length ? ['ERR_REMOTE_LIMIT'] : [])
  )
  expect(answered.length + refused.length).toBe(callers.length)
  expect(most?.sockets).toBeLessThanOrEqual(DEFAULT_LIMITS.sockets)
  expect(most?.waiting).toBeLessThanOrEqual(DEFAULT_LIMITS.waitingCalls)
  if (atStart.descriptors) {
    const bound = atStart.descriptors + DEFAULT_LIMITS.sockets + OTHERS
    expect(most?.descriptors).toBeLessThanOrEqual(bound)
  }
  return { results, answered, refused, most: most!, now }
}

test(
  '10 000 users at once: everybody has an answer as themselves, and no socket is one too many',
  async () => {
    const { refused, most } = await callAs(ALL)
    expect(refused).toEqual([])
    expect(most.sockets).toBeGreaterThan(OF_A_TENANT * 0.9)
    expect(most.waiting).toBeGreaterThan((USERS - OF_A_TENANT) * 0.9)
  },
  5 * MINUTE
)

test(
  'a user who comes again has the same connection, one who was not there for long a new one',
  async () => {
    const few = ALL.slice(0, 200)
    await callAs(few)
    const before = proxy.accepted
    await callAs(few)
    expect(proxy.accepted).toBe(before)
    await callAs(ALL.slice(1000, 4000))
    const after = proxy.accepted
    await callAs(few)
    expect(proxy.accepted - after).toBe(few.length)
  },
  5 * MINUTE
)

test(
  'a user with 2000 calls has turns like everybody, and holds up nobody',
  async () => {
    const greedy = 0
    const others = ALL.slice(1, 6001)
    const own = Array.from({ length: 2000 }, () => greedy)
    const { results, refused } = await callAs([...own, ...others])
    expect(refused).toEqual([])
    const last = results.findLastIndex(({ user }) => user !== greedy)
    const before = results.slice(0, last).filter(({ user }) => user === greedy)
    // those that it began with, and as many as end while the others have one turn each
    expect(before.length).toBeLessThan(own.length / 2)
  },
  5 * MINUTE
)

test(
  'where more calls wait than may, the latest are refused with the documented code',
  async () => {
    const more = 1500
    const callers = [...ALL, ...ALL.slice(0, OF_A_TENANT + more)]
    const { refused } = await callAs(callers)
    expect(refused).toHaveLength(more)
    // each of these has got the answer to the first one
    expect(new Set(refused.map(({ user }) => user)).size).toBe(more)
  },
  5 * MINUTE
)

test(
  'when nobody calls any more, all connections are closed',
  async () => {
    await callAs(ALL.slice(0, 500))
    expect(proxy.open).toBeGreaterThan(0)
    let { now } = await ask({})
    while (now.sockets > 0) {
      await delay(500)
      now = (await ask({})).now
    }
    expect(now.descriptors).toBeLessThanOrEqual(atStart.descriptors + OTHERS)
    while (proxy.open > 0) await delay(50)
  },
  2 * MINUTE
)
