import type { Agent, ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { FairSlots, type Release, type SlotOwner } from '../../../lib/limits/fair-slots.js'
import { limits } from '../../../lib/limits/limits.js'
import { watchLimit } from '../../../lib/telemetry/limits.js'
import { countReached } from '../../../lib/telemetry/metrics.js'
import {
  type Abortable,
  EXPIRED,
  type HttpCall,
  LIMIT,
  TransportError
} from '../message/http-call.js'

/** Turns of calls; each has one socket, and a socket that no call uses is closed when another call needs its place. */
const turns = new FairSlots({
  get max() {
    return limits.sockets
  },
  get maxWaiting() {
    return limits.waitingCalls
  }
})

/** Unused sockets, the one that was not used for longest first. */
const idle = new Set<Duplex>()
const open = new Set<Duplex>()

watchLimit('sockets', { max: () => limits.sockets, used: () => open.size })
watchLimit('waiting-calls', { max: () => limits.waitingCalls, used: () => turns.waiting })

type Connect = (options: object, callback: (error: Error | null, socket: Socket) => void) => Socket

/** Makes the sockets of an agent part of those that all principals share. @internal */
export function countSockets(agent: Agent): Agent {
  const counted = agent as unknown as { createConnection: Connect }
  const connect = counted.createConnection
  counted.createConnection = function (...args) {
    const socket = connect.apply(agent as never, args)
    open.add(socket)
    forgetWhenDestroyed(socket)
    return socket
  }
  const keepSocketAlive = agent.keepSocketAlive.bind(agent)
  const reuseSocket = agent.reuseSocket.bind(agent)
  agent.keepSocketAlive = function (socket: Duplex): boolean {
    const isKept = Boolean(keepSocketAlive(socket))
    if (isKept) idle.add(socket)
    return isKept
  }
  agent.reuseSocket = function (socket: Duplex, request: ClientRequest): void {
    idle.delete(socket)
    reuseSocket(socket, request)
  }
  return agent
}

/** Stops counting a socket at once when it is destroyed: its descriptor is free then, and its event comes later. */
function forgetWhenDestroyed(socket: Socket): void {
  const forget = () => {
    open.delete(socket)
    idle.delete(socket)
  }
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => {
    forget()
    return destroy(error)
  }
  socket.once('close', forget)
}

/**
 * Waits until a call may use a socket.
 *
 * @returns a function that is called when the call has no socket any more
 * @throws {@link TransportError} {@link LIMIT} if too many calls wait
 * @internal
 */
export function turnForSocket(
  owner: SlotOwner,
  { signal }: HttpCall,
  deadline: Abortable
): Release | Promise<Release> {
  let isOver = false
  const turn = turns.enter(owner, (stopWaiting) => {
    const over = () => {
      isOver = true
      stopWaiting()
    }
    deadline.onExpired(over)
    signal?.addEventListener('abort', over, { once: true })
  })
  if (!(turn instanceof Promise)) return turn
  countReached('sockets')
  return turn.catch(() => {
    if (isOver) throw new TransportError('canceled', signal?.aborted ? CANCELED : EXPIRED, NOT_SENT)
    countReached('waiting-calls')
    throw new TransportError('too many calls wait for a connection', LIMIT, NOT_SENT)
  })
}

const NOT_SENT = { sent: false }
const CANCELED = 'ERR_CANCELED'

/** Closes an unused socket of another agent, if there is no place for one more. @internal */
export function makeRoom({ freeSockets }: Agent): void {
  const hasOwn = Object.values(freeSockets).some((all) => all?.some(({ destroyed }) => !destroyed))
  for (const socket of hasOwn ? [] : idle) {
    if (open.size < limits.sockets) return
    socket.destroy()
  }
}

/** Counts sockets, and calls that have their turn or wait for it, for tests and measurements. @internal */
export function socketCount(): { open: number; idle: number; calls: number; waiting: number } {
  return { open: open.size, idle: idle.size, calls: turns.used, waiting: turns.waiting }
}
