import type { Server } from 'node:http'
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net'

/** A server that listens on loopback. */
export interface Listener {
  readonly port: number
  /** TCP connections accepted so far. */
  readonly accepted: number
  /** Stops listening and cuts every connection, also kept-alive and tunnelled ones. */
  close: () => Promise<void>
}

/** Longer than any client keeps a connection: a server that closes first breaks a request under way. */
const KEEP_ALIVE_MS = 65_000

/**
 * Lets a server listen on a free port of 127.0.0.1, and only there: no option makes the emulator
 * reachable from the network. Clients that connect to `localhost` try both address families.
 */
export async function listen(server: Server | TcpServer): Promise<Listener> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const isHttp = 'keepAliveTimeout' in server
  if (isHttp) server.keepAliveTimeout = KEEP_ALIVE_MS
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const port = await bind(server)
  const close = async () => {
    if (!server.listening) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    if (isHttp) server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    port,
    get accepted() {
      return accepted
    },
    close
  }
}

function bind(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
