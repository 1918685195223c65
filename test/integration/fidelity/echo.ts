import type { TLSSocket } from 'node:tls'

import { createAuthority } from '../../../emulator/src/certificates/authority.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'

/** What a remote system on the internet has got to know of its caller. */
export interface Seen {
  readonly path: string
  readonly headers: Record<string, string>
  /** Common name of the client certificate, if its authority is known. */
  readonly certificate: string | undefined
}

/** A remote system that answers with what it has seen, and the key store of one of its clients. */
export interface Echo extends HttpsServer {
  /** PEM: key and certificate. */
  readonly keyStore: string
}

export async function startEcho(): Promise<Echo> {
  const clients = await createAuthority('CN=client authority')
  const { key, cert } = await clients.issue({
    subject: [{ CN: ['maintenance'] }],
    usage: 'client',
    validMs: 3600_000
  })
  const server = await startHttpsServer(
    (req, res) => {
      const socket = req.socket as TLSSocket
      const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } }
      const certificate = socket.authorized ? subject?.CN : undefined
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ path: req.url, headers: req.headers, certificate }))
    },
    { requestCert: true, rejectUnauthorized: false, ca: clients.cert }
  )
  return { ...server, keyStore: `${key}\n${cert}` }
}
