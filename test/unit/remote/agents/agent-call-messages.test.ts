import cds from '@sap/cds'

import {
  type AgentCall,
  fetchAs,
  SessionLost,
  withinCall
} from '../../../../src/remote/agents/agent-call.js'
import { ownerOf } from '../../../../src/remote/agents/owner.js'
import { socketCount } from '../../../../src/remote/http/connections/sockets.js'
import type { ReadyDestination } from '../../../../src/remote/outbound.js'
import { type Backend, internet, json, plain, user, withBackend } from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const outbound = (): ReadyDestination => ({
  ...{ destination: internet(backend.url), userBound: true, tenant: 't1', user: user('alice') },
  renew: () => Promise.reject(new Error('not renewed')),
  ...{ forwardsToken: false, minTokenLifetime: 5 }
})

/** Sends a message in the session of alice. */
function message(init: RequestInit = {}, changes: Partial<AgentCall> = {}): Promise<Response> {
  const call = {
    outbound: () => Promise.resolve(outbound()),
    ...{ timeout: 30_000, sent: jest.fn(), ...changes }
  }
  const own = fetchAs('agent', ownerOf(outbound()))
  return withinCall(call, () =>
    own(`${backend.url}/mcp`, { method: 'POST', body: '{"id":1}', ...init })
  )
}

/** A call ends a bit later than its answer comes. */
async function isGivenBack(): Promise<void> {
  while (socketCount().calls) await new Promise((done) => setImmediate(done))
}

const STREAM = { accept: 'text/event-stream' }
const SESSION = { 'mcp-session-id': '1' }

describe('a message', () => {
  test('goes out with its body and headers', async () => {
    const headers = { 'content-type': 'application/json', ...STREAM }
    expect((await message({ headers })).status).toBe(200)
    const [received] = backend.received
    expect(received).toMatchObject({ method: 'POST', url: '/mcp', body: '{"id":1}', headers })
    expect(received?.headers).not.toHaveProperty('x-correlation-id')
  })

  test('has the correlation id of the request that is handled', async () => {
    const sending = () => message({ headers: { 'x-own': '1' } })
    await cds.tx({ id: 'i-1' } as never, sending as never)
    const [received] = backend.received
    const ids = { 'x-correlation-id': 'i-1', 'x-correlationid': 'i-1' }
    expect(received?.headers).toMatchObject({ ...ids, 'x-own': '1' })
    expect(Object.keys(received?.headers ?? {}).filter((name) => /^\d/.test(name))).toEqual([])
  })

  test('opens a stream only to go on with one that broke off', async () => {
    const first = await message({ method: 'GET', body: null, headers: STREAM })
    expect([first.status, backend.lines]).toEqual([405, []])
    const headers = { ...STREAM, 'last-event-id': '7' }
    expect((await message({ method: 'GET', body: null, headers })).status).toBe(200)
    expect(backend.lines).toEqual(['GET /mcp'])
  })

  test('that takes too long is given up', async () => {
    backend.answer = () => undefined
    await expect(message({}, { timeout: 20 })).rejects.toMatchObject({ code: 'ERR_REMOTE_TIMEOUT' })
  })

  test('that its client gives up is over', async () => {
    const abort = new AbortController()
    backend.answer = () => {
      abort.abort()
    }
    await expect(message({ signal: abort.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' })
  })
})

describe('an answer', () => {
  test('that is a success is a stream with all headers', async () => {
    backend.answer = (_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'x-own': '1' })
      res.end('data: 1\n\n')
    }
    const response = await message()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('x-own')).toBe('1')
    expect(await response.text()).toBe('data: 1\n\n')
  })

  test.each([204, 205])('%i has no body', async (status) => {
    backend.answer = (_, res) => res.writeHead(status).end()
    const response = await message()
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('without a body gives its socket back at once', async () => {
    backend.answer = (_, res) => res.writeHead(204).end()
    for (let i = 0; i < 2; i++) {
      await message()
      await isGivenBack()
    }
    expect(backend.sockets).toHaveLength(1)
    backend.answer = (_, res) => res.writeHead(205).write('a body that never ends')
    await message()
    await isGivenBack()
  })

  test('of the agent to the message itself is for its client', async () => {
    backend.answer = (_, res) => {
      json(res, 400, { error: { code: -32600 } })
    }
    const parsed = await message({ headers: SESSION })
    expect([parsed.status, await parsed.json()]).toEqual([400, { error: { code: -32600 } }])
    backend.answer = (_, res) => {
      plain(res, 400, 'no such method')
    }
    const text = await message()
    expect([text.status, await text.text()]).toEqual([400, 'no such method'])
    for (const nothing of ['', null]) {
      backend.answer = (_, res) => {
        if (nothing === null) json(res, 400, null as never)
        else plain(res, 400, nothing)
      }
      expect(await (await message()).text()).toBe('')
    }
  })

  test('of what stands between is the failure that names it', async () => {
    backend.answer = (_, res) => {
      plain(res, 403, 'no')
    }
    await expect(message()).rejects.toMatchObject({ code: 'ERR_REMOTE_FORBIDDEN' })
  })

  test('404 ends a session, where there is one', async () => {
    backend.answer = (_, res) => {
      plain(res, 404, 'unknown')
    }
    const lost = await message({ headers: SESSION }).catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(SessionLost)
    expect(lost).toMatchObject({ message: 'the session has ended' })
    expect((await message()).status).toBe(404)
  })
})

test('only a failure of this package is kept for the call', async () => {
  const call: AgentCall = {
    outbound: () => Promise.reject(new Error('other')),
    ...{ timeout: 30_000, sent: jest.fn() }
  }
  const own = fetchAs('agent', ownerOf(outbound()))
  await expect(withinCall(call, () => own(backend.url))).rejects.toThrow('other')
  expect(call.failure).toBeUndefined()
})
