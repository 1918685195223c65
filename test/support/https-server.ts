import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

import { createAuthority, LANDSCAPE_VALID_MS } from '../../emulator/src/certificates/authority.js'

/** Longer than any client keeps a connection: a server that closes first breaks a request under way. */
export const KEEP_ALIVE_MS = 120_000

/** A server on the internet, so to speak: https, with an authority of its own. */
export interface HttpsServer {
  readonly url: string
  /** PEM: what its clients must trust. */
  readonly ca: string
  stop(): Promise<void>
}

/** Starts a server on a free port of loopback, which asks for client certificates if `tls` says so. */
export async function startHttpsServer(
  listener: RequestListener,
  tls: ServerOptions = {}
): Promise<HttpsServer> {
  const authority = await createAuthority('CN=test server')
  const identity = await authority.issue({
    subject: [{ CN: ['localhost'] }],
    usage: 'server',
    hosts: [{ type: 'dns', value: 'localhost' }],
    validMs: LANDSCAPE_VALID_MS // a run of the fleet takes more than an hour
  })
  const server = createServer({ ...identity, ...tls }, listener).listen(0, '127.0.0.1')
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: authority.cert,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
