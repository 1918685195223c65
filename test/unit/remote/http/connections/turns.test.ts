import { EventEmitter } from 'node:events'
import type { Agent } from 'node:http'

import { metrics } from '@opentelemetry/api'

import { configureLimits } from '../../../../../src/configuration/limit-options.js'
import { limitsInUse } from '../../../../../src/lib/telemetry/limits.js'
import {
  countSockets,
  makeRoom,
  socketCount,
  turnForSocket
} from '../../../../../src/remote/http/connections/sockets.js'
import { Deadline } from '../../../../../src/remote/http/deadline.js'
import { EXPIRED, type HttpCall, LIMIT } from '../../../../../src/remote/http/message/http-call.js'

const reached: unknown[] = []
const LIMIT_REACHED = 'principal.limit.reached'

beforeAll(() => {
  const counter = (name: string) => ({
    add: (_: number, attributes: unknown) => name === LIMIT_REACHED && reached.push(attributes)
  })
  const other = () => ({ record: () => undefined, addCallback: () => undefined })
  const meter = { createCounter: counter, createHistogram: other, createObservableGauge: other }
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as never)
})
afterAll(() => metrics.disable())
beforeEach(() => {
  reached.length = 0
  configureLimits({ sockets: 1, waitingCalls: 2 })
})
afterEach(() => {
  configureLimits({})
})

describe('a call that waits for its turn', () => {
  const owner = { tenant: 't1', member: 'alice' }
  const callWith = (signal?: AbortSignal) => ({ signal }) as HttpCall
  const enter = (signal?: AbortSignal, deadline: object = new Deadline()) =>
    turnForSocket(owner, callWith(signal), deadline as Deadline)

  /** A call that has the only socket. */
  let release: () => void
  beforeEach(() => {
    const turn = enter()
    if (turn instanceof Promise) throw new Error('the only socket is in use')
    release = turn
  })
  afterEach(() => {
    release()
    expect(socketCount()).toMatchObject({ calls: 0, waiting: 0 })
  })

  test('is counted, and gets its turn when there is a socket', async () => {
    const turn = enter()
    const limit = limitsInUse().find(({ name }) => name === 'waiting-calls')
    expect(limit).toEqual({ name: 'waiting-calls', used: 1, max: 2 })
    expect(limitsInUse()).toContainEqual({ name: 'sockets', used: socketCount().open, max: 1 })
    expect(reached).toEqual([{ limit: 'sockets' }])
    release()
    ;(await turn)()
  })

  test('can be canceled: nothing of it was sent', async () => {
    const controller = new AbortController()
    const turn = enter(controller.signal)
    controller.abort()
    const canceled = { message: 'canceled', code: 'ERR_CANCELED', sent: false }
    await expect(turn).rejects.toMatchObject(canceled)
  })

  test.each([undefined, new AbortController().signal])('can be late', async (signal) => {
    const late = { onExpired: (listener: () => void) => void setImmediate(listener) }
    const expired = { message: 'canceled', code: EXPIRED, sent: false }
    await expect(enter(signal, late)).rejects.toMatchObject(expired)
  })

  test('can be one too many: it is not sent, and that is counted', async () => {
    const waiting = [enter(), enter()]
    await expect(enter()).rejects.toMatchObject({
      ...{ message: 'too many calls wait for a connection', code: LIMIT, sent: false }
    })
    expect(reached.at(-1)).toEqual({ limit: 'waiting-calls' })
    release()
    for (const turn of waiting) (await turn)()
  })
})

describe('sockets of an agent', () => {
  class FakeSocket extends EventEmitter {
    destroyed = false
    destroy() {
      this.destroyed = true
    }
  }

  /** An agent that makes no connections. */
  function agentOf({ keeps = true, freeSockets = {} } = {}) {
    const agent = {
      createConnection: () => new FakeSocket(),
      keepSocketAlive: () => keeps,
      reuseSocket: () => undefined,
      freeSockets
    }
    return { agent: countSockets(agent as unknown as Agent), connect: agent }
  }

  const open: FakeSocket[] = []
  const connected = (options?: Parameters<typeof agentOf>[0]) => {
    const { agent, connect } = agentOf(options)
    const socket = connect.createConnection()
    open.push(socket)
    return { agent, socket, kept: agent.keepSocketAlive(socket as never) }
  }
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
    expect(socketCount()).toMatchObject({ open: 0, idle: 0 })
  })

  test('are unused only if the agent keeps them, until they are used again', () => {
    const { kept: isKept } = connected({ keeps: false })
    expect([isKept, socketCount().open, socketCount().idle]).toEqual([false, 1, 0])
    const { agent, socket, kept } = connected()
    expect([kept, socketCount().open, socketCount().idle]).toEqual([true, 2, 1])
    agent.reuseSocket(socket as never, {} as never)
    expect([socketCount().open, socketCount().idle]).toEqual([2, 0])
  })

  test('count until they are destroyed or closed', () => {
    const [first, second] = [connected(), connected()]
    first.socket.destroy()
    expect([first.socket.destroyed, socketCount().open, socketCount().idle]).toEqual([true, 1, 1])
    second.socket.emit('close')
    expect([socketCount().open, socketCount().idle]).toEqual([0, 0])
  })

  test('that nobody uses make room, the first one first, and no more than necessary', () => {
    configureLimits({ sockets: 2 })
    const [first, second] = [connected(), connected()]
    for (let i = 0; i < 2; i++) {
      makeRoom(agentOf().agent)
      expect([first.socket.destroyed, second.socket.destroyed]).toEqual([true, false])
    }
    configureLimits({ sockets: 1 })
    makeRoom(agentOf().agent)
    expect(second.socket.destroyed).toBe(true)
  })

  test.each([
    [{ a: [{ destroyed: true }, { destroyed: false }] }, false],
    [{ a: [{ destroyed: true }], b: [{ destroyed: false }] }, false],
    [{ a: [{ destroyed: true }], b: undefined }, true],
    [{ a: [] }, true],
    [{}, true]
  ])('make room for an agent with the unused ones %j: %p', (freeSockets, makesRoom) => {
    const { socket } = connected()
    const { agent } = agentOf({ freeSockets })
    makeRoom(agent)
    expect(socket.destroyed).toBe(makesRoom)
  })
})
