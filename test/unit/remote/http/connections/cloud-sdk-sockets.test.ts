import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { configureLimits } from '../../../../../src/configuration/limit-options.js'
import { limitsInUse } from '../../../../../src/lib/telemetry/limits.js'
import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import { socketCount } from '../../../../../src/remote/http/connections/sockets.js'
import { send } from '../../../../../src/remote/http/send.js'
import { Backend, internet, json, user, withBackend } from '../../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const LIMIT = 5
const GET = { method: 'get', url: '/x' } as const
const STREAM = { ...GET, responseType: 'stream' } as const

beforeEach(() => {
  configureLimits({ sockets: LIMIT })
})
afterEach(async () => {
  configureLimits({})
  await Backend.stopAll()
  await until(() => !socketCount().open)
})

/** Changes of a destination for which only the Cloud SDK makes connections. */
const BY_CLOUD_SDK = { agentOptions: { keepAlive: true } }

const call = (name: string, changes: object, tenant = 't1', config: object = {}) =>
  send(
    { destination: internet(backend.url, changes), user: user(name, undefined, tenant) },
    { ...GET, ...config }
  )
const sdk = (name: string, tenant?: string, config?: object) =>
  call(name, BY_CLOUD_SDK, tenant, config)
const own = (name: string, tenant?: string, config?: object) => call(name, {}, tenant, config)

async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`not in time: ${JSON.stringify(socketCount())}`)
    await new Promise((done) => setImmediate(done))
  }
}

const openSockets = () => backend.sockets.filter(({ destroyed }) => !destroyed).length

/** Lets the backend keep its answers back. */
function holdAnswers() {
  const held: ServerResponse[] = []
  backend.answer = (_, res) => held.push(res)
  return { held, arrived: (count: number) => until(() => held.length >= count) }
}

/** Some users whose unused connections take all places. */
async function useUp(through: typeof own): Promise<void> {
  const { held, arrived } = holdAnswers()
  const users = Array.from({ length: LIMIT }, (_, n) => through(`u${String(n)}`, `t${String(n)}`))
  await arrived(LIMIT)
  for (const res of held) json(res, 200, {})
  await Promise.all(users)
  await until(() => socketCount().idle === LIMIT)
}

test.each([
  ['the Cloud SDK sends close unused ones of others', own, sdk],
  ['others send close unused ones of the Cloud SDK', sdk, own],
  ['the Cloud SDK sends close unused ones of its own', sdk, sdk]
])('calls that %s: there are never more than the limit', async (_, before, after) => {
  await useUp(before)
  const { held, arrived } = holdAnswers()
  const calls = Array.from({ length: LIMIT }, (_, n) => after(`v${String(n)}`, `x${String(n)}`))
  await arrived(LIMIT)
  expect(socketCount()).toMatchObject({ open: LIMIT, idle: 0, calls: LIMIT })
  expect(limitsInUse()).toContainEqual({ name: 'sockets', used: LIMIT, max: LIMIT })
  await until(() => openSockets() <= LIMIT)
  for (const res of held) json(res, 200, {})
  await Promise.all(calls)
  expect(socketCount()).toMatchObject({ calls: 0 })
  expect(socketCount().open).toBeLessThanOrEqual(LIMIT)
})

test('60 users at once, half of them by the Cloud SDK', async () => {
  let most = 0
  backend.answer = (_, res) => {
    most = Math.max(most, openSockets())
    setImmediate(() => json(res, 200, {}))
  }
  const calls = Array.from({ length: 60 }, (_, n) => (n % 2 ? sdk : own)(`user-${String(n)}`))
  await Promise.all(calls)
  expect(most).toBeLessThanOrEqual(LIMIT)
})

describe('the place of a call by the Cloud SDK is free again', () => {
  test.each([
    ['has been read', (data: Readable) => text(data)],
    ['was given up', (data: Readable) => data.destroy()]
  ])('when its stream %s, and not before', async (_, end) => {
    configureLimits({ sockets: 1 })
    const { held, arrived } = holdAnswers()
    const streaming = sdk('a', 't1', STREAM)
    await arrived(1)
    held[0]!.write('begin ')
    const { data } = (await streaming) as { data: Readable }
    const next = own('b')
    held[0]!.end('end')
    await until(() => socketCount().waiting === 1)
    expect(socketCount()).toMatchObject({ calls: 1, open: 1 })
    await Promise.all([end(data), once(data, 'close')])
    await arrived(2)
    json(held[1]!, 200, {})
    await next
  })

  test('when nothing listens there', async () => {
    const nowhere = internet('http://127.0.0.1:1', BY_CLOUD_SDK)
    await expect(send({ destination: nowhere }, GET)).rejects.toThrow()
    expect(socketCount()).toMatchObject({ calls: 0, open: 0 })
  })
})

describe.each([
  ['the own client', own],
  ['the Cloud SDK', sdk]
])('a stream that fails, by %s, is read, so that it keeps no place', (_, through) => {
  const failed = async () => {
    const config = { ...STREAM, headers: { accept: 'application/json' } }
    const failure: unknown = await through('a', 't1', config).catch((error: unknown) => error)
    await until(() => !socketCount().calls)
    return failure
  }

  test('with a status of a failure', async () => {
    backend.answer = (_, res) => json(res, 404, { error: { message: 'not there' } })
    const failure = await failed()
    expect(failure).toBeInstanceOf(HttpFailure)
    expect(failure).toMatchObject({ response: { data: { error: { message: 'not there' } } } })
  })

  test('with the logon page of a browser', async () => {
    const page = `<html>${'x'.repeat(100_000)}</html>`
    backend.answer = (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end(page)
    expect(await failed()).toBeInstanceOf(Error)
  })
})
