import type { Agent, ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'

import { FairSlots, type Release, type SlotOwner } from '../../../lib/limits/fair-slots.js'
import { limits } from '../../../lib/limits/limits.js'
import { watchLimit } from '../../../lib/telemetry/limits.js'
import { countReached } from '../../../lib/telemetry/metrics.js'
import {
  type Abortable,
  EXPIRED,
  type HttpAnswer,
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
/** Sockets of own agents, and unused ones of others. */
const open = new Set<Duplex>()

/** Calls that another client sends: the socket of each is not seen while the call uses it. */
let lent = 0

const inUse = () => open.size + lent

watchLimit('sockets', { max: () => limits.sockets, used: inUse })
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
  watchUnused(agent, {
    kept: (socket) => idle.add(socket),
    reused: (socket) => idle.delete(socket)
  })
  return agent
}

/** Agents of other clients whose unused sockets are counted. */
const watched = new WeakSet<Agent>()

/**
 * Sends a call with another client. It has a place of those for sockets as long as it has a socket: with a stream as the answer,
 * until this is closed.
 *
 * @param agent - of the other client, whose unused sockets are counted, and closed when a call needs the place
 * @param onClosed - called when the call has no socket any more
 * @internal
 */
export async function sendInPlace(
  send: () => Promise<HttpAnswer>,
  agent: Agent | undefined,
  onClosed: () => void
): Promise<HttpAnswer> {
  if (agent) watchForeign(agent)
  closeUnused()
  lent++
  const leave = () => {
    lent--
    onClosed()
  }
  try {
    const answer = await send()
    const { data } = answer
    if (data instanceof Readable && !data.closed) data.once('close', leave)
    else leave()
    return answer
  } catch (error) {
    leave()
    throw error
  }
}

function watchForeign(agent: Agent): void {
  if (watched.has(agent)) return
  watched.add(agent)
  watchUnused(agent, {
    kept: (socket) => {
      open.add(socket)
      idle.add(socket)
      forgetWhenDestroyed(socket)
    },
    reused: (socket) => {
      open.delete(socket)
      idle.delete(socket)
    }
  })
}

/** Calls functions when an agent keeps a socket that no call uses, and when a call uses it again. */
function watchUnused(
  agent: Agent,
  { kept, reused }: Record<'kept' | 'reused', (socket: Duplex) => void>
): void {
  const keepSocketAlive = agent.keepSocketAlive.bind(agent)
  const reuseSocket = agent.reuseSocket.bind(agent)
  agent.keepSocketAlive = (socket: Duplex): boolean => {
    const isKept = Boolean(keepSocketAlive(socket))
    if (isKept) kept(socket)
    return isKept
  }
  agent.reuseSocket = (socket: Duplex, request: ClientRequest): void => {
    reused(socket)
    reuseSocket(socket, request)
  }
}

const forgetting = new WeakSet<Duplex>()

/** Stops counting a socket at once when it is destroyed: its descriptor is free then, and its event comes later. */
function forgetWhenDestroyed(socket: Duplex): void {
  if (forgetting.has(socket)) return
  forgetting.add(socket)
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
  let forget: (() => void) | undefined
  const turn = turns.enter(owner, (stopWaiting) => {
    const over = () => {
      isOver = true
      stopWaiting()
    }
    deadline.onExpired(over)
    if (signal?.aborted) over()
    signal?.addEventListener('abort', over, { once: true })
    forget = () => signal?.removeEventListener('abort', over)
  })
  if (!(turn instanceof Promise)) return turn
  countReached('sockets')
  const refused = () => {
    if (isOver) throw new TransportError('canceled', signal?.aborted ? CANCELED : EXPIRED, NOT_SENT)
    countReached('waiting-calls')
    throw new TransportError('too many calls wait for a connection', LIMIT, NOT_SENT)
  }
  return turn.catch(refused).finally(forget)
}

const NOT_SENT = { sent: false }
const CANCELED = 'ERR_CANCELED'

/** Closes an unused socket of another agent, if there is no place for one more. @internal */
export function makeRoom({ freeSockets }: Agent): void {
  const hasOwn = Object.values(freeSockets).some((all) => all?.some(({ destroyed }) => !destroyed))
  if (!hasOwn) closeUnused()
}

function closeUnused(): void {
  for (const socket of idle) {
    if (inUse() < limits.sockets) return
    socket.destroy()
  }
}

/** Counts sockets, and calls that have their turn or wait for it, for tests and measurements. @internal */
export function socketCount(): { open: number; idle: number; calls: number; waiting: number } {
  return { open: inUse(), idle: idle.size, calls: turns.used, waiting: turns.waiting }
}
