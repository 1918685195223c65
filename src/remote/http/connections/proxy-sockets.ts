import type { Agent } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Maximum number of sockets to the Connectivity proxy, over all principals; each principal has
 * connections of its own.
 */
export const PROXY_SOCKETS = { max: 2000 }

let open = 0
/** Calls that may open a socket and have not done so yet. */
let granted = 0
const waiting: (() => void)[] = []

type Connect = (options: object, callback: (error: Error | null, socket: Socket) => void) => Socket

/** Counts the sockets of an agent whose requests go through the proxy. @internal */
export function countProxySockets(agent: Agent): Agent {
  const counted = agent as unknown as { createConnection: Connect }
  const connect = counted.createConnection
  counted.createConnection = function (...args) {
    const socket = connect.apply(agent as never, args)
    open++
    socket.once('close', () => {
      open--
      goOn()
    })
    return socket
  }
  agent.on('free', (socket: Socket) => {
    // Node's own listener came first; somebody else has more use for the place of a socket that it has laid aside
    if (waiting.length && idleOf(agent).includes(socket)) socket.destroy()
  })
  return agent
}

/**
 * Waits for a place for another socket, if there is none. The caller opens the socket at once, or
 * calls {@link giveUpPlace}.
 *
 * @param others - agents of all principals, the one that was not used for longest first
 * @returns `undefined` if there is no need to wait
 * @internal
 */
export function placeForSocket(
  agent: Agent,
  others: Iterable<Agent | undefined>
): Promise<void> | undefined {
  if (idleOf(agent).length || (open + granted < PROXY_SOCKETS.max && !waiting.length))
    return undefined
  const place = new Promise<void>((done) => waiting.push(done))
  closeOneIdle(others)
  goOn()
  return place.then(() => {
    granted--
  })
}

/** Gives up a place that a caller has waited for and does not need any more. @internal */
export function giveUpPlace(): void {
  goOn()
}

/** Counts sockets and waiting calls, for tests and measurements. @internal */
export function proxySocketCount(): { open: number; waiting: number } {
  return { open, waiting: waiting.length }
}

function goOn(): void {
  while (waiting.length && open + granted < PROXY_SOCKETS.max) {
    granted++
    waiting.shift()?.()
  }
}

function idleOf({ freeSockets }: Agent): Socket[] {
  const all = Object.values(freeSockets).flatMap((sockets) => sockets ?? [])
  return all.filter(({ destroyed }) => !destroyed) // which are removed a moment later
}

function closeOneIdle(agents: Iterable<Agent | undefined>): void {
  for (const agent of agents) {
    const [idle] = agent ? idleOf(agent) : []
    if (!idle) continue
    idle.destroy()
    return
  }
}
