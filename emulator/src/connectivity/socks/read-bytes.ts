import { once } from 'node:events'
import type { Socket } from 'node:net'

/** The other side has gone before it has sent everything. */
export class ConnectionEnded extends Error {}

/**
 * Reads a number of bytes from a socket, and leaves the rest in it.
 *
 * @throws ConnectionEnded
 */
export async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0)
  const closed = new AbortController()
  const abort = () => closed.abort()
  socket.once('close', abort)
  try {
    for (;;) {
      const bytes = socket.read(length) as Buffer | null
      if (bytes?.length === length) return bytes
      if (bytes || socket.readableEnded || socket.destroyed) throw new ConnectionEnded()
      await once(socket, 'readable', { signal: closed.signal })
    }
  } catch {
    throw new ConnectionEnded()
  } finally {
    socket.off('close', abort)
  }
}
