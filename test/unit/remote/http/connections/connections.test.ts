import { execFileSync } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { resolve } from 'node:path'

import { connectionCount } from '../../../../../src/remote/http/connections/connections.js'
import { send } from '../../../../../src/remote/http/send.js'
import {
  type Backend,
  internet,
  json,
  onPremise,
  user,
  withBackend
} from '../../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const GET = { method: 'get', url: '/x' } as const

/** On behalf of somebody, through the Connectivity proxy. */
function propagated(name: string, token = `token-of-${name}`) {
  return send({ destination: onPremise(backend, token), user: user(name, token) }, GET)
}

const technical = (changes: object = {}) =>
  send({ destination: onPremise(backend, undefined, changes) }, GET)

const connections = () => backend.received.map(({ connection }) => connection)

test('one user, one kept connection', async () => {
  for (let i = 0; i < 5; i++) await propagated('alice')
  expect(connections()).toEqual([0, 0, 0, 0, 0])
})

test('200 users, 5 calls each in turn: 200 connections, none of them ever of two users', async () => {
  for (let i = 0; i < 5; i++) for (let n = 0; n < 200; n++) await propagated(`user-${n}`)
  expect(backend.sockets).toHaveLength(200)
  const users = new Map<number, Set<string>>()
  for (const { connection, headers } of backend.received) {
    const name = String(headers['sap-connectivity-authentication'])
    users.set(connection, (users.get(connection) ?? new Set()).add(name))
  }
  expect([...users.values()].every((names) => names.size === 1)).toBe(true)
})

test("a user's next token, which may have other claims, has a connection of its own", async () => {
  await propagated('alice', 'first')
  await propagated('alice', 'second')
  await propagated('alice', 'first')
  expect(connections()).toEqual([0, 1, 0])
})

test('the same name in another tenant, and of another issuer, is somebody else', async () => {
  const destination = internet(backend.url)
  const alice = user('alice')
  const other = user('alice', 'x', 't2')
  const third = Object.create(alice, { issuer: { value: 'ias' } }) as typeof alice
  for (const each of [alice, other, third, alice]) await send({ destination, user: each }, GET)
  expect(connections()).toEqual([0, 1, 2, 0])
})

test('a technical user never gets the connection of a user, nor of another technical user', async () => {
  await propagated('alice')
  await technical()
  await technical({
    authentication: 'BasicAuthentication',
    username: 'u',
    password: 'p'
  })
  await technical()
  expect(connections()).toEqual([0, 1, 2, 1])
})

test('another system, another location id, another proxy token: another connection', async () => {
  await technical()
  await technical({ url: 'http://other.internal:44300' })
  await technical({ cloudConnectorLocationId: 'L1' })
  const { proxyConfiguration } = onPremise(backend)
  const headers = { 'Proxy-Authorization': 'Bearer of another tenant' }
  await technical({ proxyConfiguration: { ...proxyConfiguration, headers } })
  expect(connections()).toEqual([0, 1, 2, 3])
})

test('at most 1000 principals keep connections; what is in use is not cut off', async () => {
  let release = () => undefined as unknown
  backend.answer = (_, res, { url }) => {
    if (url.endsWith('/slow')) release = () => json(res, 200, { slow: true })
    else json(res, 200, {})
  }
  const busy = send(
    { destination: onPremise(backend, 'busy'), user: user('busy', 'busy') },
    { method: 'get', url: '/slow' }
  )
  for (let n = 0; n < 1005; n++) await propagated(`user-${n}`)
  expect(connectionCount()).toEqual({ principals: 1000, idle: 1000, used: 0 })
  release()
  await expect(busy).resolves.toMatchObject({ data: { slow: true } })
}, 120_000)

test('at most 50 connections of a user at the same time; further calls wait for one', async () => {
  const open = new Set<ServerResponse>()
  let most = 0
  const answerAll = () => {
    for (const res of open) json(res, 200, {})
    open.clear()
  }
  // nobody is answered until all who may be there are, and a bit later: there would be time for another one
  backend.answer = (_, res) => {
    most = Math.max(most, open.add(res).size)
    const left = 80 - backend.received.length
    if (open.size === 50 || left === 0) setTimeout(answerAll, 50)
  }
  await Promise.all(Array.from({ length: 80 }, () => propagated('alice')))
  expect(most).toBe(50)
  expect(backend.received).toHaveLength(80)
  expect(connectionCount().idle).toBeLessThanOrEqual(10)
})

test('kept connections do not keep a process alive', () => {
  const script = `
    const { createServer } = require('node:http')
    const { send } = require('./src/remote/http/send.ts')
    const server = createServer((req, res) => res.end('{}')).listen(0, '127.0.0.1', async () => {
      const url = 'http://127.0.0.1:' + server.address().port
      await send({ destination: { name: 'D', url, authentication: 'NoAuthentication' } }, { method: 'get', url: '/' })
      server.unref() // its connections would end with the client's only
      process.stdout.write('sent')
    })
    server.on('connection', (socket) => socket.unref())`
  const cwd = resolve(__dirname, '../../../../..')
  const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd,
    timeout: 80_000,
    encoding: 'utf8'
  })
  expect(output).toBe('sent')
})
