import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { GateContext } from '../gate.js'
import { authenticate, ConnectRefused, readConnect, REPLY, replyOf } from './handshake.js'
import { ConnectionEnded } from './read-bytes.js'

/** Milliseconds that a client has for the handshake. */
const HANDSHAKE_MS = 15_000

/**
 * Creates the SOCKS5 proxy for systems that are reached by TCP. There is no principal in it: the token says which subaccount it
 * is, and nobody else is told.
 */
export function createSocksProxy(context: GateContext): Server {
  return createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy())
    serve(socket, context).catch((error: unknown) => {
      if (error instanceof ConnectRefused) socket.end(replyOf(error.reply))
      // what was refused before has been told; a client that has gone needs no answer
      else if (!socket.writableEnded) socket.destroy()
    })
  })
}

async function serve(socket: Socket, context: GateContext): Promise<void> {
  const { account, locationId } = await authenticate(socket, context)
  const virtualHost = await readConnect(socket)
  const systems = context.systemsOf(account, locationId)
  if (!systems) throw new ConnectRefused(REPLY.networkUnreachable)
  const target = systems.get(virtualHost)?.tcp
  if (!target) throw new ConnectRefused(REPLY.forbidden)
  if (socket.destroyed) throw new ConnectionEnded()
  const backend = connect(target)
  // the client may leave while the system is being connected
  socket.once('close', () => backend.destroy(new ConnectionEnded()))
  await connected(backend)
  socket.setTimeout(0)
  socket.write(replyOf(REPLY.success))
  backend.on('error', () => socket.destroy())
  backend.once('close', () => socket.destroy())
  socket.pipe(backend).pipe(socket)
}

async function connected(backend: Socket): Promise<void> {
  try {
    await once(backend, 'connect')
  } catch {
    throw new ConnectRefused(REPLY.hostUnreachable)
  }
}
