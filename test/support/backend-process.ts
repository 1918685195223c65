import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What the emulator tells a system that it has started as a process. */
type Message = { type: 'start'; tls: Tls; host: string } | { type: 'audit'; id: number }

interface Tls {
  readonly key: string
  readonly cert: string
  /** Authority of the Cloud Connector. */
  readonly ca: string
}

/** A system behind the Cloud Connector. */
export interface BackendProcess {
  readonly listener: RequestListener
  /** What it has noted of its requests. */
  readonly audit: () => { entries: readonly object[]; changes?: readonly object[] }
  readonly starting?: (tls: Tls) => void
}

/** Longer than any client keeps a connection: a server that closes first breaks a request under way. */
const KEEP_ALIVE_MS = 120_000

/** Makes a system of this process, as long as the emulator is there: mutual TLS, with the Cloud Connector only. */
export function serveBackend({ listener, audit, starting }: BackendProcess) {
  process.on('message', (message: Message) => {
    if (message.type === 'audit') {
      process.send?.({ type: 'audit', id: message.id, ...audit() })
      return
    }
    const { tls, host } = message
    starting?.(tls)
    const options = { ...tls, requestCert: true, rejectUnauthorized: true }
    const server = createServer(options, listener)
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo
      process.send?.({ type: 'listening', url: `https://localhost:${String(port)}` })
    })
  })
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => {})
}
